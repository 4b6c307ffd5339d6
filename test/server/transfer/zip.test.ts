import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { ExecutionContext } from "ava";
import { zipSync, type Zippable } from "fflate";
import { readZip } from "../../../server/transfer/zip.ts";

const LIMITS = { entrySize: 1_000_000, totalSize: 3_000_000, entries: 20 };

async function read(t: ExecutionContext, zip: Uint8Array) {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-zip-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "a.zip");
  await writeFile(path, zip);
  const found: [string, number][] = [];
  for await (const { name, bytes } of readZip(path, (n) => n.endsWith(".ics"), LIMITS)) {
    found.push([name, bytes.length]);
  }
  return found;
}

const zeros = (size: number) => new Uint8Array(size);

test("the wanted files of a zip are read, whole", async (t) => {
  const files: Zippable = {
    "a.ics": new Uint8Array(Buffer.from("x".repeat(200_000))),
    "folder/b.ics": [crypto.getRandomValues(zeros(50_000)), { level: 0 }],
    "c.txt": zeros(900_000),
    "d.ics": zeros(0),
  };
  t.deepEqual(await read(t, zipSync(files)), [
    ["a.ics", 200_000],
    ["folder/b.ics", 50_000],
    ["d.ics", 0],
  ]);
});

test("a zip that unpacks to too much, or to too many files, is refused", async (t) => {
  const message = /unpacks to more/;
  await t.throwsAsync(read(t, zipSync({ "a.ics": zeros(1_000_001) })), { message });
  const many = Array.from({ length: 4 }, (_, i) => [`${i}.ics`, zeros(900_000)] as const);
  await t.throwsAsync(read(t, zipSync(Object.fromEntries(many))), { message });
  const files = Array.from({ length: 21 }, (_, i) => [`${i}.txt`, zeros(1)] as const);
  await t.throwsAsync(read(t, zipSync(Object.fromEntries(files))), { message: /too many files/ });
});

test("a zip that lies about its sizes is counted by what comes out", async (t) => {
  const zip = Buffer.from(zipSync({ "a.ics": zeros(50_000_000) }));
  zip.writeUInt32LE(100, 22);
  zip.writeUInt32LE(100, zip.indexOf("PK\u0001\u0002", 0, "latin1") + 24);
  await t.throwsAsync(read(t, zip), { message: /unpacks to more/ });
});

test("what is no zip, or a damaged or cut one, is refused", async (t) => {
  const text = Array.from({ length: 9000 }, (_, i) => `line ${(i * 7919) % 1009}\n`).join("");
  const zip = zipSync({ "a.ics": new Uint8Array(Buffer.from(text)) });
  const damaged = Uint8Array.from(zip, (byte, i) => (i > 45 && i < 500 ? 255 : byte));
  await t.throwsAsync(read(t, damaged), { message: "it is not a zip that can be read" });
  for (const wrong of [zip.slice(0, 1000), zip.slice(0, -30), Buffer.from("PK\u0003\u0004 x")]) {
    await t.throwsAsync(read(t, wrong), { message: "it is not a whole zip" });
  }
});
