import { draft } from "./draft.ts";
import { escapeText } from "./property.ts";
import { writeCard } from "./write.ts";

/** What the card of an account says. */
export interface Account {
  /** A UUID. */
  readonly uid: string;
  readonly kind: "individual" | "group" | "location" | "device";
  readonly name: string;
  /** The preferred one first. */
  readonly emails: readonly string[];
  /** UUIDs of the members of a group. */
  readonly members: readonly string[];
}

/** A card of version 3.0, with the kind and the members as Apple writes them (Q31). */
export function writeAccountCard({ uid, kind, name, emails, members }: Account): string {
  const text = escapeText(name);
  return writeCard("3.0", [
    draft("UID", uid),
    draft("FN", text),
    draft("N", kind === "individual" ? nameParts(name) : `${text};;;;`),
    ...(kind === "individual" ? [] : [draft("X-ADDRESSBOOKSERVER-KIND", kind)]),
    ...emails.map((email, index) =>
      draft("EMAIL", escapeText(email), {
        TYPE: index === 0 ? ["INTERNET", "pref"] : ["INTERNET"],
      }),
    ),
    ...members.map((member) => draft("X-ADDRESSBOOKSERVER-MEMBER", `urn:uuid:${member}`)),
  ]);
}

/** Accounts have one name, of which the last word is most often the family's. */
function nameParts(name: string): string {
  const words = name.trim().split(/\s+/).map(escapeText);
  return `${words.at(-1) ?? ""};${words.slice(0, -1).join(" ")};;;`;
}
