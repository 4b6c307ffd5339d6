import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { calendarJoiner, type FileWriter } from "../../dav/icalendar/index.ts";
import { readMembers } from "../../dav/read-objects.ts";
import type { CollectionRow, HomeKind, ObjectRow, Transaction } from "../../dav/store.ts";
import { decodeText } from "../../dav/text.ts";
import { titleOf } from "../../dav/title.ts";
import { Failure } from "../failure.ts";
import type { Store } from "../store/store.ts";
import { findNamed } from "./targets.ts";

export interface ExportOptions {
  readonly store: Store;
  /** Account name. */
  readonly owner: string;
  /** Only this collection, by the last segment of its URL or by what people call it. */
  readonly collection: string | undefined;
  readonly folder: string;
  /** Whether each object gets a file of its own, with its bytes as stored. */
  readonly separate: boolean;
}

/** What was written of one collection. */
export interface Exported {
  readonly collection: string;
  readonly title: string;
  readonly objects: number;
  /** The file, or the folder of files. */
  readonly path: string;
}

const HOMES: readonly HomeKind[] = ["calendars", "addressbooks"];

/**
 * Writes the collections of an account to files that only their owner can read: FOLDER/calendars/NAME.ics and
 * FOLDER/addressbooks/NAME.vcf, or a folder NAME of one file for each object.
 *
 * @throws Failure if there is no such account or collection, or a file cannot be written
 */
export async function exportAccount(options: ExportOptions): Promise<Exported[]> {
  const exported: Exported[] = [];
  for (const collection of await findCollections(options)) {
    const run = (tx: Transaction) => write(options, collection, readMembers(tx, collection));
    const { path, objects } = await options.store.run({ mode: "snapshot", run }, null);
    exported.push({ collection: collection.name, title: titleOf(collection), objects, path });
  }
  return exported;
}

async function findCollections(options: ExportOptions): Promise<CollectionRow[]> {
  const { store, owner, collection } = options;
  const run = async (tx: Transaction) => {
    const found: CollectionRow[] = [];
    for (const kind of HOMES) {
      const home = await tx.findHome(kind, owner);
      if (!home) throw new Failure(`there is no account "${owner}"`);
      found.push(...(await tx.listCollections(home)));
    }
    return found;
  };
  const all = await store.run({ mode: "snapshot", run }, null);
  return collection === undefined ? all : [findNamed(all, collection)];
}

async function write(
  { folder, separate }: ExportOptions,
  collection: CollectionRow,
  pages: AsyncIterable<readonly ObjectRow[]>,
): Promise<{ path: string; objects: number }> {
  const place = join(folder, collection.home.kind, fileName(collection.name));
  let objects = 0;
  if (separate) {
    for await (const page of pages) {
      objects += page.length;
      for (const { name, data } of page) {
        await writePrivately(join(place, fileName(name)), data ?? "");
      }
    }
    return { path: place, objects };
  }
  const { start, next, end } =
    collection.kind === "calendar" ? calendarJoiner(titleOf(collection)) : CARDS;
  const parts = async function* () {
    yield start;
    for await (const page of pages) {
      objects += page.length;
      yield next(page.map(({ data = Buffer.alloc(0) }) => decodeText(data).text));
    }
    yield end();
  };
  const path = `${place}${collection.kind === "calendar" ? ".ics" : ".vcf"}`;
  await writePrivately(path, parts());
  return { path, objects };
}

/** Cards one after another. */
const CARDS: FileWriter = {
  start: "",
  next: (texts) => texts.map((text) => (text.endsWith("\n") ? text : `${text}\r\n`)).join(""),
  end: () => "",
};

async function writePrivately(
  path: string,
  content: string | Uint8Array | AsyncIterable<string>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await writeFile(path, content, { mode: 0o600 });
}

/** Clients choose names freely; whatever they contain, the file stays inside its folder. */
function fileName(name: string): string {
  const encoded = encodeURIComponent(name).replaceAll("%40", "@").replaceAll("%20", " ");
  return encoded.startsWith(".") ? `%2E${encoded.slice(1)}` : encoded;
}
