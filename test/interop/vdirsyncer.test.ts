/**
 * vdirsyncer (0.19 was the one tried) against the server in this process: a folder of events,
 * tasks and contacts is kept in step both ways. Skipped where vdirsyncer is not installed.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { cardText, eventText, taskText } from "../support/objects.ts";
import { missingPrograms, testUnlessMissing } from "../support/programs.ts";
import { testServer, type TestServer } from "../support/server.ts";
import { vdir, type Vdir } from "../support/vdirsyncer.ts";

const OBJECTS = [
  ["calendars/calendar", "ics", eventText],
  ["calendars/tasks", "ics", taskText],
  ["addressbooks/addressbook", "vcf", cardText],
] as const;

function vdirsyncerTest(
  title: string,
  body: (t: ExecutionContext, server: TestServer) => Promise<void>,
): void {
  testUnlessMissing(missingPrograms(["vdirsyncer"]), title, async (t) =>
    body(t, await testServer(t)),
  );
}

/** The server's side of a path in alice's homes, for example `calendars/tasks/a.ics`. */
function remote({ send }: TestServer, path: string) {
  const target = `/dav/${path.replace("/", "/alice/")}`;
  const ask = (method: string, body = "", headers = {}) =>
    send({ method, target, user: "alice", headers, body });
  return {
    put: async (body: string) => (await ask("PUT", body)).status,
    get: async () => (await ask("GET")).body,
    status: async () => (await ask("GET")).status,
    remove: async () => (await ask("DELETE")).status,
    properties: async () => (await ask("PROPFIND", PROPERTIES, { depth: "0" })).body,
    token: async () => (await ask("PROPFIND", TOKEN, { depth: "0" })).body,
  };
}

const TOKEN = `<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>`;
const PROPERTIES = `<propfind xmlns="DAV:" xmlns:A="http://apple.com/ns/ical/"><prop>
  <displayname/><resourcetype/><A:calendar-color/></prop></propfind>`;

/** Objects in a local collection; its metadata are files too. */
async function filesOf({ folder }: Vdir, collection: string): Promise<string[]> {
  const names = await readdir(join(folder, collection));
  return names.filter((name) => /\.(ics|vcf)$/.test(name)).sort();
}

vdirsyncerTest("vdirsyncer discovers all collections from the bare origin", async (t, server) => {
  const local = await vdir(t, server);
  const said = await local.must("discover");
  t.regex(said, /"calendar" \("Calendar"\)/);
  t.regex(said, /"tasks" \("Tasks"\)/);
  t.regex(said, /"addressbook" \("Contacts"\)/);
});

vdirsyncerTest("vdirsyncer carries objects, changes and deletes both ways", async (t, server) => {
  const local = await vdir(t, server);
  await local.must("discover");
  for (const [collection, extension, text] of OBJECTS) {
    const at = (name: string) => join(local.folder, collection, `${name}.${extension}`);
    const there = (name: string) => remote(server, `${collection}/${name}.${extension}`);
    await writeFile(at("ours"), text("ours", "Ours"));
    await writeFile(at("short"), text("short", "Ours, not for long"));
    t.is(await there("theirs").put(text("theirs", "Theirs")), 201);
    await local.must("sync");
    t.is(await there("ours").get(), text("ours", "Ours"));
    t.is(await readFile(at("theirs"), "utf8"), text("theirs", "Theirs"));

    await writeFile(at("theirs"), text("theirs", "Changed by us"));
    t.is(await there("ours").put(text("ours", "Changed by them")), 204);
    await rm(at("short"));
    await local.must("sync");
    t.is(await there("theirs").get(), text("theirs", "Changed by us"));
    t.is(await readFile(at("ours"), "utf8"), text("ours", "Changed by them"));
    t.is(await there("short").status(), 404);

    t.is(await there("theirs").remove(), 204);
    await local.must("sync");
    t.deepEqual(await filesOf(local, collection), [`ours.${extension}`]);
  }
});

vdirsyncerTest("a second sync of vdirsyncer moves nothing on either side", async (t, server) => {
  const local = await vdir(t, server);
  await local.must("discover");
  for (const [collection, extension, text] of OBJECTS) {
    await writeFile(join(local.folder, collection, `a.${extension}`), text("a", "Ours"));
    await remote(server, `${collection}/b.${extension}`).put(text("b", "Theirs"));
  }
  t.is((await local.must("sync")).match(/Copying/g)?.length, 2 * OBJECTS.length);
  const tokens = () =>
    Promise.all(OBJECTS.map(([collection]) => remote(server, `${collection}/`).token()));
  const before = await tokens();
  t.notRegex(await local.must("sync"), /Copying|Deleting/);
  t.deepEqual(await tokens(), before);
});

vdirsyncerTest("vdirsyncer sees a conflict, and settles it as it was told", async (t, server) => {
  const local = await vdir(t, server, { conflicts: "a wins" });
  const undecided = await vdir(t, server);
  const there = remote(server, "calendars/calendar/a.ics");
  const changeBoth = async ({ folder }: Vdir) => {
    await there.put(eventText("a", "Theirs"));
    await writeFile(join(folder, "calendars/calendar/a.ics"), eventText("a", "Ours"));
  };
  await there.put(eventText("a", "First"));
  for (const side of [local, undecided]) {
    await side.must("discover");
    await side.must("sync");
  }
  await changeBoth(undecided);
  const { code, output } = await undecided.run("sync");
  t.not(code, 0);
  t.regex(output, /conflict/i);
  t.is(await there.get(), eventText("a", "Theirs"));

  await changeBoth(local);
  await local.must("sync");
  t.is(await there.get(), eventText("a", "Ours"));
});

vdirsyncerTest("vdirsyncer carries names and colours both ways", async (t, server) => {
  const local = await vdir(t, server, { conflicts: "a wins" });
  await local.must("discover");
  await local.must("metasync");
  const calendar = join(local.folder, "calendars/calendar");
  t.is(await readFile(join(calendar, "displayname"), "utf8"), "Calendar");

  await writeFile(join(calendar, "displayname"), "Work & play");
  await writeFile(join(calendar, "color"), "#ff8800");
  await local.must("metasync");
  const properties = await remote(server, "calendars/calendar/").properties();
  t.regex(properties, />Work &amp; play</);
  t.regex(properties, />#ff8800</);
});

vdirsyncerTest("vdirsyncer makes collections of new folders", async (t, server) => {
  const local = await vdir(t, server);
  await mkdir(join(local.folder, "calendars/work"));
  await mkdir(join(local.folder, "addressbooks/friends"));
  await local.must("discover");
  t.regex(await remote(server, "calendars/work/").properties(), /:calendar\/>/);
  t.regex(await remote(server, "addressbooks/friends/").properties(), /:addressbook\/>/);
});
