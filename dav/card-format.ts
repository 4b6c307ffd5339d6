import { DavError, violated } from "./errors.ts";
import { hasQuirk } from "./quirks.ts";
import type { CardVersion } from "./vcard/index.ts";

/** The versions in which every card is taken and served; the first is the default (Q32). */
export const CARD_VERSIONS = ["3.0", "4.0"] as const satisfies readonly CardVersion[];

/** The names of vCard's media type. Those of before RFC 6350 mean 3.0 (RFC 2426). */
const MEDIA_TYPES: Readonly<Record<string, readonly CardVersion[]>> = {
  "text/vcard": CARD_VERSIONS,
  "text/x-vcard": ["3.0"],
  "text/directory": ["3.0"],
};
const WILDCARDS: Readonly<Record<string, number>> = { "text/*": 1, "*/*": 0 };

/** One media range of an Accept header. */
interface Range {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

/** How well a range suits a version; the place in the header decides what is equal otherwise. */
interface Match {
  readonly version: CardVersion;
  readonly quality: number;
  readonly exactness: number;
}

/**
 * The version that address-data asks for (RFC 6352 section 10.4); 3.0 when it does not say.
 *
 * @throws DavError supported-address-data-conversion (section 5.1.1)
 */
export function readCardVersion(
  type: string | undefined,
  version: string | undefined,
): CardVersion {
  const name = type?.split(";")[0]?.trim().toLowerCase() || "text/vcard";
  const versions = Object.hasOwn(MEDIA_TYPES, name) ? (MEDIA_TYPES[name] ?? []) : [];
  const found = versions.find((known) => known === (version?.trim() || CARD_VERSIONS[0]));
  if (found !== undefined) return found;
  const message = `cards are not served as ${name} ${version ?? ""}`.trim();
  throw violated("supported-address-data-conversion", message);
}

/**
 * The version that the Accept header of a GET prefers (RFC 6352 section 5.1.1). A header that does not
 * speak of cards says nothing about them.
 *
 * @throws DavError 406 supported-address-data-conversion where it takes only cards of other versions
 */
export function acceptedCardVersion(accept: string | undefined): CardVersion {
  const ranges = (accept ?? "").split(",").map(readRange);
  const [best] = CARD_VERSIONS.flatMap((version) => matchOf(version, ranges) ?? []).toSorted(
    (a, b) => b.quality - a.quality || b.exactness - a.exactness,
  );
  if (best && best.quality > 0) return best.version;
  if (!ranges.some(({ type, quality }) => quality > 0 && Object.hasOwn(MEDIA_TYPES, type))) {
    return CARD_VERSIONS[0];
  }
  const condition = "supported-address-data-conversion";
  throw new DavError(406, `cards are not served as ${accept}`, { condition });
}

/** COMPAT(Apple): never 4.0, whatever is asked for (Q32). */
export function versionFor(wanted: CardVersion, userAgent: string): CardVersion {
  return hasQuirk("cards-in-3.0-only", userAgent) ? "3.0" : wanted;
}

function readRange(text: string): Range {
  const [type = "", ...parameters] = text.split(";").map((part) => part.trim());
  const values = new Map(
    parameters.map((parameter) => {
      const [name = "", value = ""] = parameter.split("=");
      return [name.trim().toLowerCase(), value.trim().replaceAll('"', "")];
    }),
  );
  const quality = Number(values.get("q") ?? "1");
  return {
    type: type.toLowerCase(),
    version: values.get("version"),
    quality: Number.isFinite(quality) ? quality : 0,
  };
}

/** The most exact range that covers a version (RFC 9110 section 12.5.1). */
function matchOf(version: CardVersion, ranges: readonly Range[]): Match | null {
  const [best] = ranges
    .flatMap((range, index) => {
      const exactness = exactnessOf(version, range);
      return exactness === null ? [] : [{ version, quality: range.quality, exactness, index }];
    })
    .toSorted((a, b) => b.exactness - a.exactness || a.index - b.index);
  return best ?? null;
}

function exactnessOf(version: CardVersion, range: Range): number | null {
  if (Object.hasOwn(WILDCARDS, range.type)) return WILDCARDS[range.type] ?? null;
  const versions = Object.hasOwn(MEDIA_TYPES, range.type) ? (MEDIA_TYPES[range.type] ?? []) : [];
  if (!versions.includes(version)) return null;
  if (range.version === undefined) return 2;
  return range.version === version ? 3 : null;
}
