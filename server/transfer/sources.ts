import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { errorMessage, Failure } from "../failure.ts";
import { readZip, ZIP_LIMITS } from "./zip.ts";

/** A file to import, or why it cannot be read. */
export type Source =
  | { readonly name: string; readonly bytes: Uint8Array }
  | { readonly name: string; readonly refusal: string };

interface Place {
  readonly path: string;
  readonly size: number;
}

export interface Sources {
  /** Bytes of all files, zips as they are. */
  readonly size: number;
  /** @param passed called with the bytes of each place that is done */
  read(passed: (size: number) => void): AsyncGenerator<Source>;
}

const WANTED = /\.(?:ics|ical|icalendar|vcf|vcard)$/i;
const ZIP = /\.zip$/i;
const ZIP_MAGIC = Buffer.from("PK\u0003\u0004", "latin1");

/**
 * Finds what to import: files, and in folders (at any depth) and zips those that are named as
 * calendars and contacts are. Hidden files and symbolic links in folders are left out.
 *
 * @throws Failure when a path does not exist
 */
export async function findSources(paths: readonly string[]): Promise<Sources> {
  const places: Place[] = [];
  for (const path of paths) places.push(...(await findPlaces(path)));
  const size = places.reduce((sum, place) => sum + place.size, 0);
  return { size, read: (passed) => readPlaces(places, passed) };
}

async function findPlaces(path: string): Promise<Place[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Failure(`cannot read ${path}: ${errorMessage(error)}`);
  });
  if (!found.isDirectory()) return [{ path, size: found.size }];
  const entries = await readdir(path, { withFileTypes: true });
  const places: Place[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const inside = join(path, entry.name);
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory()) places.push(...(await findPlaces(inside)));
    else if (entry.isFile() && (WANTED.test(entry.name) || ZIP.test(entry.name))) {
      places.push({ path: inside, size: (await stat(inside)).size });
    }
  }
  return places;
}

async function* readPlaces(
  places: readonly Place[],
  passed: (size: number) => void,
): AsyncGenerator<Source> {
  for (const place of places) {
    yield* readPlace(place);
    passed(place.size);
  }
}

async function* readPlace({ path, size }: Place): AsyncGenerator<Source> {
  try {
    if (await isZip(path)) yield* readEntries(path);
    else if (size > ZIP_LIMITS.entrySize) yield { name: path, refusal: "the file is too large" };
    else yield { name: path, bytes: await readFile(path) };
  } catch (error) {
    yield { name: path, refusal: errorMessage(error) };
  }
}

function isWanted(name: string): boolean {
  return WANTED.test(name) && !basename(name).startsWith(".");
}

async function* readEntries(path: string): AsyncGenerator<Source> {
  for await (const { name, bytes } of readZip(path, isWanted)) {
    yield { name: `${path}: ${name}`, bytes };
  }
}

async function isZip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0);
    return buffer.subarray(0, bytesRead).equals(ZIP_MAGIC);
  } finally {
    await file.close();
  }
}
