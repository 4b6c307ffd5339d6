import type { DavRequest } from "./request.ts";

/** How much an answer shall hold (RFC 7240 section 4.2). */
export type ReturnPreference = "minimal" | "representation" | null;

/**
 * The preferences of a request by name in lower case, each with its value in lower case; of one that is stated
 * twice the first counts (RFC 7240 section 2). Parameters mean nothing for those known here.
 */
function preferencesOf(request: DavRequest): ReadonlyMap<string, string> {
  const stated = new Map<string, string>();
  for (const preference of (request.headers["prefer"] ?? "").split(",")) {
    const [, name = "", value = ""] = PREFERENCE.exec(preference) ?? [];
    if (name !== "" && !stated.has(name.toLowerCase())) {
      stated.set(name.toLowerCase(), value.toLowerCase());
    }
  }
  return stated;
}

const PREFERENCE = /^\s*([^\s=;"]+)(?:\s*=\s*"?([^\s;"]*)"?)?/;

/** Which answer the client wants. COMPAT(macOS, iOS): `Brief: t` is an older word for minimal (RFC 8144 appendix B). */
export function returnPreference(request: DavRequest): ReturnPreference {
  if (request.headers["prefer"] !== undefined) {
    const value = preferencesOf(request).get("return");
    if (value === "minimal" || value === "representation") return value;
  }
  return request.headers["brief"]?.trim().toLowerCase() === "t" ? "minimal" : null;
}

/** Whether the client wants properties that are not there left out (RFC 8144 section 2). */
export function prefersMinimal(request: DavRequest): boolean {
  return returnPreference(request) === "minimal";
}

/**
 * Whether the client wants only the members of a collection (RFC 8144 section 4); `Depth: 1,noroot` is an older
 * word for it (appendix B).
 */
export function prefersNoRoot(request: DavRequest): boolean {
  if (/,\s*noroot\s*$/i.test(request.headers["depth"] ?? "")) return true;
  return request.headers["prefer"] !== undefined && preferencesOf(request).has("depth-noroot");
}

/** The headers of an answer with one more preference in Preference-Applied (RFC 7240 section 3). */
export function withApplied(
  headers: Readonly<Record<string, string>>,
  preference: string,
): Readonly<Record<string, string>> {
  const applied = headers["preference-applied"];
  const all = applied === undefined ? preference : `${applied}, ${preference}`;
  return { ...headers, "preference-applied": all };
}

/** What answers with a preference of the client in them differ by. */
export const VARY_BY_PREFERENCE = "Prefer, Brief";
