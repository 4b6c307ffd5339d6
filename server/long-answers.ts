import type { Socket } from "node:net";
import { Readable } from "node:stream";
import type { Part, Rest } from "../dav/index.ts";

/**
 * A long answer as a stream, of which about one part is held: the next is read when the client took what came before. When
 * that fails the stream does, and the connection is cut, so that the client does not take a part for the whole.
 *
 * @param read runs what reads the next part
 */
export function streamOf(first: Part, read: (rest: Rest) => Promise<Part>): Readable {
  return Readable.from(partsOf(first, read), { objectMode: true, highWaterMark: 1 });
}

async function* partsOf(
  first: Part,
  read: (rest: Rest) => Promise<Part>,
): AsyncGenerator<Uint8Array> {
  for (let part: Part | null = first; part !== null;) {
    yield part.body;
    part = part.rest && (await read(part.rest));
  }
}

/** Bytes that the buffers of the system take at once, about: less than that no client can keep waiting. */
const SHORT = 65_536;

/**
 * Ends the connection when the client takes nothing of an answer for some time, so that what is held for it goes. The
 * server sets its own times again with the next request.
 *
 * @param length bytes of the answer; null when that is not known
 * @param seconds how long it may take nothing
 */
export function endWhenStalled(socket: Socket, length: number | null, seconds: number): void {
  if (length === null || length > SHORT) socket.setTimeout(seconds * 1000);
}
