import { createHash } from "node:crypto";
import { etagOf } from "./objects.ts";
import type { DirectoryCardResource } from "./resource.ts";
import type { PrincipalRow, Transaction } from "./store.ts";
import { writeAccountCard, type Account } from "./vcard/index.ts";

/** Accounts of a directory that are looked at for one answer. */
const MAX_ACCOUNTS = 5000;

/** What vCard calls the kinds of principals (RFC 6350 section 6.1.4, RFC 6473). */
const KINDS: Readonly<Record<PrincipalRow["kind"], Account["kind"]>> = {
  individual: "individual",
  group: "group",
  room: "location",
  resource: "device",
};

/** The card of an account in the directory (draft-daboo-carddav-directory-gateway). */
export function directoryCard(principal: PrincipalRow): DirectoryCardResource {
  const data = Buffer.from(
    writeAccountCard({
      uid: uidOf(principal.name),
      kind: KINDS[principal.kind],
      name: principal.displayName,
      emails: principal.addresses.filter(isMail).map(mailOf),
      members: principal.members.map(uidOf),
    }),
  );
  return {
    kind: "directory-card",
    principal,
    object: {
      etag: etagOf(data),
      contentType: "text/vcard; charset=utf-8",
      size: data.length,
      data,
      modifiedAt: null,
    },
  };
}

/** The cards of the accounts in order of name, and whether there are more than are looked at. */
export async function listDirectory(
  tx: Transaction,
): Promise<{ cards: DirectoryCardResource[]; more: boolean }> {
  const found = await tx.searchPrincipals({ terms: [], all: true, limit: MAX_ACCOUNTS + 1 });
  const cards = found.slice(0, MAX_ACCOUNTS).map(directoryCard);
  return { cards, more: found.length > cards.length };
}

/** A UUID that an account of this name has for ever (RFC 9562 section 5.8). */
function uidOf(name: string): string {
  const hash = createHash("sha256").update(`pushdav account ${name}`).digest("hex");
  const variant = "89ab"[Number.parseInt(hash.slice(16, 17), 16) % 4] ?? "8";
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

function isMail(address: string): boolean {
  return /^mailto:/i.test(address);
}

function mailOf(address: string): string {
  return decodeURIComponent(address.slice("mailto:".length));
}
