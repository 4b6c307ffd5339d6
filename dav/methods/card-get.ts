import {
  CARD_TYPES,
  MAX_CONVERTED,
  acceptedCardFormat,
  formatCard,
  formatCards,
  formatFor,
} from "../card-format.ts";
import type { DavRequest, DavResponse } from "../http/request.ts";
import { contentType } from "../quirks.ts";
import { preferredType } from "../http/accept.ts";
import type { CollectionRow, ObjectRow } from "../store.ts";
import { decodeText } from "../text.ts";
import { inOnePiece, type FileForm } from "./collection-file.ts";
import type { MethodContext } from "./method.ts";

/**
 * A card in the form that is accepted, where that is not the one it is stored in; null where the stored
 * bytes are the answer. The forms share one entity tag, that of what is stored: clients
 * compare it with getetag, and send it back in If-Match whichever they were given.
 *
 * @throws DavError 406 supported-address-data-conversion
 */
export function cardRendering(
  request: DavRequest,
  object: Pick<ObjectRow, "data">,
  { userAgent }: MethodContext,
): DavResponse | null {
  const format = formatFor(acceptedCardFormat(request.headers["accept"]), userAgent);
  const { text } = decodeText(object.data ?? Buffer.alloc(0));
  const body = formatCard(text, format, null);
  if (body === text) return null;
  const type = contentType(`${format.type}; charset=utf-8`, userAgent);
  return { status: 200, headers: { "content-type": type }, body };
}

/**
 * The file that a whole address book is, or null for people with a browser.
 *
 * @throws DavError 406 supported-address-data-conversion
 */
export function addressbookFile(
  request: DavRequest,
  _collection: CollectionRow,
  { userAgent }: MethodContext,
): FileForm | null {
  const { accept } = request.headers;
  if (preferredType(accept, ["text/vcard", ...CARD_TYPES, "text/html"]) === "text/html")
    return null;
  const format = formatFor(acceptedCardFormat(accept), userAgent);
  const write = (texts: readonly string[]) => formatCards(texts, format);
  const isText = format.type === "text/vcard";
  return {
    contentType: contentType(`${format.type}; charset=utf-8`, userAgent),
    vary: "Accept",
    mark: format.mark,
    maxBytes: isText ? null : MAX_CONVERTED,
    writer: isText ? { start: "", next: write, end: () => "" } : inOnePiece(write),
  };
}
