import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Unzip, UnzipInflate, type UnzipFile } from "fflate";
import { Failure } from "../failure.ts";

/** A file of a zip. Nothing is ever written under its name. */
export interface ZipEntry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface ZipLimits {
  /** Bytes that one file and all together may unpack to. */
  readonly entrySize: number;
  readonly totalSize: number;
  readonly entries: number;
}

export const ZIP_LIMITS: ZipLimits = {
  entrySize: 256 * 2 ** 20,
  totalSize: 2 ** 31,
  entries: 500_000,
};

// What one piece can unpack to before it is counted is a thousand times this.
const PIECE = 32 * 1024;

const END_MAGIC = Buffer.from("PK\u0005\u0006", "latin1");
/** The end record with the longest comment. */
const LONGEST_END = 22 + 65_535;

/**
 * Reads the files of a zip that are wanted, counting what really comes out, whatever the zip says of sizes.
 *
 * @throws Failure when it cannot be read or unpacks to more than the limits
 */
export async function* readZip(
  path: string,
  isWanted: (name: string) => boolean,
  limits: ZipLimits = ZIP_LIMITS,
): AsyncGenerator<ZipEntry> {
  const unpacker = new Unpacker(isWanted, limits);
  if (!(await hasEnd(path))) throw new Failure("it is not a whole zip");
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE })) {
      yield* unpacker.push(piece as Buffer, false);
    }
    yield* unpacker.push(new Uint8Array(), true);
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure("it is not a zip that can be read");
  }
}

/** Whether the end record is there, which the stream never asks for: a download may have been cut off. */
async function hasEnd(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, LONGEST_END);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.includes(END_MAGIC);
  } finally {
    await file.close();
  }
}

class Unpacker {
  readonly #isWanted: (name: string) => boolean;
  readonly #limits: ZipLimits;
  readonly #unzip: Unzip;
  #ready: ZipEntry[] = [];
  #entries = 0;
  #total = 0;

  constructor(isWanted: (name: string) => boolean, limits: ZipLimits) {
    this.#isWanted = isWanted;
    this.#limits = limits;
    this.#unzip = new Unzip((file) => this.#begin(file));
    this.#unzip.register(UnzipInflate);
  }

  /** @returns the files that are complete */
  push(piece: Uint8Array, last: boolean): ZipEntry[] {
    this.#unzip.push(piece, last);
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  #begin(file: UnzipFile): void {
    this.#entries += 1;
    if (this.#entries > this.#limits.entries) throw new Failure("it has too many files");
    if (!this.#isWanted(file.name)) return;
    const chunks: Uint8Array[] = [];
    let size = 0;
    file.ondata = (error, chunk, last) => {
      if (error) throw error;
      chunks.push(chunk);
      size += chunk.length;
      this.#total += chunk.length;
      if (size > this.#limits.entrySize || this.#total > this.#limits.totalSize) {
        throw new Failure("it unpacks to more than this import takes");
      }
      if (last) this.#ready.push({ name: file.name, bytes: Buffer.concat(chunks) });
    };
    file.start();
  }
}
