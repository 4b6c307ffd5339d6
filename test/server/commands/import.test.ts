import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { ExecutionContext } from "ava";
import { zipSync } from "fflate";
import { createAccount, setQuota } from "../../../server/accounts/accounts.ts";
import { UsageError } from "../../../server/commands/command.ts";
import { exportFiles } from "../../../server/commands/export.ts";
import { asFailure } from "../../../server/failure.ts";
import { importFiles } from "../../../server/commands/import.ts";
import { commandLine } from "../../support/command.ts";

const event = (uid: string, summary = "x") =>
  [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    "DTSTAMP:20260101T000000Z",
    "DTSTART:20260101T100000Z",
    `SUMMARY:${summary}`,
    "END:VEVENT",
  ].join("\r\n");
const todo = (uid: string) =>
  `BEGIN:VTODO\r\nUID:${uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:x\r\nEND:VTODO`;
const calendar = (...components: string[]) =>
  `${["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x", ...components, "END:VCALENDAR"].join("\r\n")}\r\n`;
const card = (uid: string, name = "x") =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\n${uid && `UID:${uid}\r\n`}FN:${name}\r\nN:${name};;;;\r\nEND:VCARD\r\n`;

const bytes = (text: string) => new Uint8Array(Buffer.from(text));
const zone = [
  "BEGIN:VTIMEZONE",
  "TZID:X",
  "BEGIN:STANDARD",
  "DTSTART:19700101T000000",
  "TZOFFSETFROM:+0100",
  "TZOFFSETTO:+0100",
  "END:STANDARD",
  "END:VTIMEZONE",
].join("\r\n");
const zoned = (uid: string) =>
  event(uid).replace("DTSTART:20260101T100000Z", "DTSTART;TZID=X:20260101T100000");

async function setUp(t: ExecutionContext) {
  const line = await commandLine(t);
  await createAccount(line.pool, { name: "ann", password: "s" });
  const folder = await mkdtemp(join(tmpdir(), "pushdav-import-"));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const write = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name);
    await mkdir(join(path, ".."), { recursive: true });
    await writeFile(path, content);
    return path;
  };
  const bring = async (...args: string[]) => {
    const { code, output } = await line.run(importFiles, [...args, "--user", "ann", "--json"]);
    return { code, ...(JSON.parse(output) as Record<string, unknown>) };
  };
  const stored = async () => {
    const { rows } = await line.pool.query<{ path: string; data: Buffer }>(
      `select b.name || '/' || o.name as path, o.data from object o
       join binding b on b.owner_id = o.principal_id and b.collection_id = o.collection_id
       where o.data is not null order by 1`,
    );
    return Object.fromEntries(rows.map(({ path, data }) => [path, data.toString()]));
  };
  return { ...line, folder, write, bring, stored };
}

test("each object goes into the collection for its kind", async (t) => {
  const { write, bring, stored } = await setUp(t);
  const ics = await write("all.ics", calendar(event("e1"), todo("t1"), event("e2")));
  const vcf = await write("all.vcf", card("c1") + card("c2"));
  t.deepEqual(await bring(ics, vcf), {
    code: 0,
    created: 5,
    updated: 0,
    unchanged: 0,
    refused: [],
  });
  t.deepEqual(Object.keys(await stored()), [
    "addressbook/c1.vcf",
    "addressbook/c2.vcf",
    "calendar/e1.ics",
    "calendar/e2.ics",
    "tasks/t1.ics",
  ]);
});

test("what goes over the quota is refused, and said so", async (t) => {
  const { write, bring, stored, pool } = await setUp(t);
  await setQuota(pool, "ann", 300);
  const source = await write("all.ics", calendar(event("e1"), event("e2"), event("e3")));
  const reason = "all that the account stores takes at most 300 bytes";
  t.like(await bring(source, await write("one.vcf", card("c1"))), {
    code: 1,
    created: 1,
    refused: ["e1", "e2", "e3"].map((object) => ({ source, object, reason })),
  });
  t.deepEqual(Object.keys(await stored()), ["addressbook/c1.vcf"]);
});

test("a file that is one object is stored byte for byte", async (t) => {
  const { write, bring, stored } = await setUp(t);
  const text = calendar("X-WR-CALNAME:Mine", event("e1")).replaceAll("\r\n", "\n");
  await bring(await write("one.ics", text), await write("one.vcf", `${card("a/b")}\r\n`));
  const found = await stored();
  t.is(found["calendar/e1.ics"], text);
  t.true(Object.values(found).includes(`${card("a/b")}\r\n`));
  t.is(Object.keys(found).length, 2);
});

test("a second import leaves alone what is the same and updates what changed (D49)", async (t) => {
  const { write, bring, stored, pool } = await setUp(t);
  const first = await write("a.ics", calendar(event("e1", "old"), event("e2")));
  const cards = await write("a.vcf", card("") + card("c1"));
  t.like(await bring(first, cards), { created: 4 });
  const before = await pool.query("select kind, sync_seq from home order by kind");
  t.like(await bring(first, cards), { created: 0, updated: 0, unchanged: 4 });
  t.deepEqual(
    (await pool.query("select kind, sync_seq from home order by kind")).rows,
    before.rows,
  );
  const second = await write("b.ics", calendar(event("e1", "new"), event("e2")));
  t.like(await bring(second), { created: 0, updated: 1, unchanged: 1 });
  t.regex((await stored())["calendar/e1.ics"] ?? "", /SUMMARY:new/);
});

test("an import is announced and numbered like any other change", async (t) => {
  const { write, bring, pool } = await setUp(t);
  await bring(await write("a.ics", calendar(event("e1"), event("e2"))));
  const { rows } = await pool.query(
    "select home, seq, change from outbox where home = 'calendars' and seq > 3 order by seq",
  );
  t.deepEqual(rows, [{ home: "calendars", seq: 5, change: "content" }]);
  const index = await pool.query("select object_name from occurrence order by 1");
  t.deepEqual(index.rows, [{ object_name: "e1.ics" }, { object_name: "e2.ics" }]);
});

test("named collections are found by their URL or by what people call them", async (t) => {
  const { write, bring, stored, run } = await setUp(t);
  const tasks = await write("t.ics", calendar(todo("t1")));
  t.like(await bring(tasks, "--calendar", "TASKS"), { created: 1 });
  t.like(await bring(tasks, "--tasks"), { unchanged: 1 });
  t.like(await bring(await write("c.vcf", card("c")), "--addressbook", "Contacts"), { created: 1 });
  t.deepEqual(Object.keys(await stored()), ["addressbook/c.vcf", "tasks/t1.ics"]);
  t.like(await bring(await write("e.ics", calendar(event("e"))), "--tasks"), {
    code: 1,
    refused: [{ object: "e", reason: "Tasks takes VTODO only" }],
  });
  await t.throwsAsync(run(importFiles, [tasks, "--user", "ann", "--calendar", "Work"]), {
    message: 'nothing is called "Work"; there are calendar (Calendar), tasks (Tasks)',
  });
});

test("folders and zips are read at any depth, without hidden files, links and others", async (t) => {
  const { write, bring, stored, folder } = await setUp(t);
  await write("in/b/one.ICS", calendar(event("e1")));
  await write("in/.hidden.ics", calendar(event("hidden")));
  await write("in/notes.txt", "hello");
  await symlink("/etc/passwd", join(folder, "in/link.ics"));
  await write(
    "in/takeout.zip",
    zipSync({
      "Takeout/Calendar/ä.ics": bytes(calendar(event("e2"))),
      "../../escape.vcf": [bytes(card("c1")), { level: 0 }],
      "__MACOSX/._c.vcf": bytes("junk"),
      "read.me": bytes("hello"),
    }),
  );
  t.like(await bring(join(folder, "in")), { code: 0, created: 3, refused: [] });
  t.deepEqual(Object.keys(await stored()), [
    "addressbook/c1.vcf",
    "calendar/e1.ics",
    "calendar/e2.ics",
  ]);
  t.deepEqual((await readdir(folder)).toSorted(), ["in"]);
});

test("what cannot be stored is listed with its reason, the rest is taken, and the exit code says so", async (t) => {
  const { write, bring, run } = await setUp(t);
  const paths = [
    await write("a.vcf", card("c1") + card("c2").replace("3.0", "2.1") + card("c3")),
    await write("b.ics", "BEGIN:VCALENDAR\r\nrubbish"),
    await write("c.ics", "hello"),
    await write("d.ics", calendar()),
    await write("e.zip", "PK\u0003\u0004 rubbish"),
    await write("f.vcf", card("big", "x".repeat(11_000_000))),
    await write(
      "g.ics",
      calendar("BEGIN:VJOURNAL\r\nUID:j\r\nDTSTAMP:20260101T000000Z\r\nEND:VJOURNAL"),
    ),
  ];
  const result = await bring(...paths);
  t.like(result, { code: 1, created: 2 });
  const refused = result["refused" as keyof typeof result] as unknown as {
    source: string;
    object: string;
    reason: string;
  }[];
  t.deepEqual(
    refused.map(({ source, object }) => [source.slice(-5), object]),
    [
      ["a.vcf", "card 2"],
      ["b.ics", ""],
      ["c.ics", ""],
      ["d.ics", ""],
      ["e.zip", ""],
      ["f.vcf", "big"],
      ["g.ics", "j"],
    ],
  );
  const { output, code } = await run(importFiles, [...paths, "--user", "Ann"]);
  t.is(code, 1);
  t.regex(output, /\nrefused .*f\.vcf, big: an object has at most \d+ bytes\n/);
  t.regex(output, /\ncreated 0, updated 0, unchanged 2, refused 7\n$/);
});

test("nothing of a file reaches the terminal as a command", async (t) => {
  const { write, run } = await setUp(t);
  const path = await write("a\u001b[2J.ics", "hello");
  const { output } = await run(importFiles, [path, "--user", "ann"]);
  t.notRegex(output.replaceAll("\n", ""), /\p{Cc}/u);
});

test("a thousand objects are stored in several transactions", async (t) => {
  const { write, bring } = await setUp(t);
  const cards = Array.from({ length: 1001 }, (_, i) => card(`c${i}`)).join("");
  t.like(await bring(await write("many.vcf", cards)), { created: 1001 });
});

test("arguments that make no sense, and accounts and files that are not there, are said so", async (t) => {
  const { write, run } = await setUp(t);
  const file = await write("a.ics", calendar(event("e1")));
  const misuse = [
    [],
    [file],
    ["--user", "ann"],
    [file, "--user", "ann", "--tasks", "--calendar", "x"],
  ];
  for (const args of misuse) {
    await t.throwsAsync(run(importFiles, args), { instanceOf: UsageError }, args.join(" "));
  }
  await t.throwsAsync(run(importFiles, [file, "--user", "bob"]), { message: /no account "bob"/ });
  await t.throwsAsync(run(importFiles, ["/nowhere", "--user", "ann"]), { message: /cannot read/ });
});

test("an export is private, complete, and can be imported again", async (t) => {
  const { write, bring, stored, run, folder, pool } = await setUp(t);
  await bring(await write("a.ics", calendar(zone, zoned("e1"), zoned("e2"), todo("t1"))));
  await bring(await write("a.vcf", card("c1") + card("c2").trimEnd()));
  const before = await stored();
  const out = join(folder, "out");
  const { output } = await run(exportFiles, ["--user", "Ann", "--out", out]);
  t.deepEqual(output.split("\n"), [
    `Calendar: 2 objects in ${out}/calendars/calendar.ics`,
    `Tasks: 1 objects in ${out}/calendars/tasks.ics`,
    `Contacts: 2 objects in ${out}/addressbooks/addressbook.vcf`,
    "",
  ]);
  const ics = await readFile(`${out}/calendars/calendar.ics`, "utf8");
  t.is(ics.split("BEGIN:VTIMEZONE").length, 2);
  t.is(ics.split("BEGIN:VCALENDAR").length, 2);
  t.is((await stat(`${out}/calendars/calendar.ics`)).mode & 0o777, 0o600);

  const objects = join(folder, "objects");
  await run(exportFiles, ["--user", "ann", "--out", objects, "--objects"]);
  t.is(
    await readFile(`${objects}/calendars/calendar/e1.ics`, "utf8"),
    before["calendar/e1.ics"] ?? "",
  );
  t.like(await bring(objects), { created: 0, updated: 0, unchanged: 5 });

  await pool.query("delete from object");
  t.like(await bring(out), { code: 0, created: 5 });
  t.deepEqual(Object.keys(await stored()), Object.keys(before));
});

test("an export stays in its folder whatever objects are called", async (t) => {
  const { write, bring, run, folder, pool } = await setUp(t);
  await bring(await write("a.vcf", card("c1") + card("c2")));
  await pool.query("delete from text_index");
  await pool.query("update object set name = '../../../evil.vcf' where uid = 'c1'");
  await pool.query("update object set name = '..' where uid = 'c2'");
  const out = join(folder, "a", "b", "out");
  const args = ["--user", "ann", "--out", out, "--objects", "--collection", "contacts"];
  await run(exportFiles, args);
  t.deepEqual((await readdir(`${out}/addressbooks/addressbook`)).toSorted(), [
    "%2E.",
    "%2E.%2F..%2F..%2Fevil.vcf",
  ]);
  t.deepEqual((await readdir(folder)).toSorted(), ["a", "a.vcf"]);
  await t.throwsAsync(run(exportFiles, ["--user", "bob"]), { message: /no account "bob"/ });
  await t.throwsAsync(run(exportFiles, []), { instanceOf: UsageError });
  const into = ["--user", "ann", "--out", join(folder, "a.vcf", "out")];
  const error = await t.throwsAsync(run(exportFiles, into));
  t.regex(asFailure(error)?.message ?? "", /^ENOTDIR: not a directory/);
});
