import { violated } from "./errors.ts";
import type { FileRow } from "./file-store.ts";
import type { CollectionRow, HomeRow } from "./store.ts";

/** A collection's state: which incarnation, and the number of its last change (RFC 6578 section 4). */
export interface SyncToken {
  readonly uuid: string;
  readonly seq: number;
  /** Marks the configuration a home advertised; empty for other collections. */
  readonly mark: string;
}

const SHAPE = /^data:,([0-9a-f-]{36})(?:;([0-9a-z]{1,16}))?:(\d{1,15})$/;

/** The token as clients see it: a URI, since Evolution takes one without `:` or `/` for a ctag. */
export function formatToken(token: SyncToken): string {
  const mark = token.mark === "" ? "" : `;${token.mark}`;
  return `data:,${token.uuid}${mark}:${token.seq}`;
}

export function collectionToken(collection: CollectionRow): string {
  return formatToken({ uuid: collection.uuid, seq: collection.seq, mark: "" });
}

/** A home's token carries a mark of what push it advertises, so that clients look again when that changes. */
export function homeToken(home: HomeRow, mark: string): string {
  return formatToken({ uuid: home.uuid, seq: home.seq, mark });
}

/** The incarnation of a collection of files, made of that of its home and its number. */
export function fileIncarnation({ home, id }: FileRow): string {
  return home.uuid.slice(0, -12) + id.toString(16).padStart(12, "0");
}

/** The token of a collection of files, which counts what changes anywhere in its home. */
export function fileToken(file: FileRow): string {
  return formatToken({ uuid: fileIncarnation(file), seq: file.home.seq, mark: "" });
}

/**
 * Reads a token that must have been issued for this incarnation and not lie in the future.
 *
 * @returns the token; null for the empty token of an initial synchronization
 * @throws DavError valid-sync-token
 */
export function readToken(given: string, current: { uuid: string; seq: number }): SyncToken | null {
  if (given.trim() === "") return null;
  const found = SHAPE.exec(given.trim());
  const token = found && { uuid: found[1] ?? "", mark: found[2] ?? "", seq: Number(found[3]) };
  if (!token || token.uuid !== current.uuid || token.seq < 1) {
    throw violated("valid-sync-token", "this sync-token was not issued for this collection");
  }
  if (token.seq > current.seq) {
    throw violated(
      "valid-sync-token",
      "this sync-token is of a later state than there is: was an older backup restored?",
    );
  }
  return token;
}
