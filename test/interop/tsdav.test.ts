/**
 * tsdav, the client library of many web applications, against the server in this process: what it
 * discovers, lists, writes and synchronises while a second client of the same person writes too.
 */
import test, { type ExecutionContext } from "ava";
import { createDAVClient, type DAVObject } from "tsdav";
import { cardText, eventText } from "../support/objects.ts";
import { PASSWORD, testServer, type TestServer } from "../support/server.ts";

type AccountType = "caldav" | "carddav";

function connect({ origin }: TestServer, defaultAccountType: AccountType) {
  return createDAVClient({
    serverUrl: origin,
    credentials: { username: "alice", password: PASSWORD },
    authMethod: "Basic",
    defaultAccountType,
  });
}

function account({ origin }: TestServer, accountType: AccountType) {
  const home = accountType === "caldav" ? "calendars" : "addressbooks";
  return {
    serverUrl: origin,
    accountType,
    rootUrl: `${origin}/dav/`,
    principalUrl: `${origin}/dav/principals/alice/`,
    homeUrl: `${origin}/dav/${home}/alice/`,
  } as const;
}

function namesOf(objects: readonly DAVObject[] | undefined): string[] {
  return (objects ?? []).map(({ url }) => new URL(url).pathname.split("/").at(-1) ?? "").sort();
}

/** One of several by the last segment of its URL. */
function named<T extends { url: string }>(t: ExecutionContext, all: readonly T[], name: string): T {
  const found = all.find(({ url }) => url.endsWith(`/${name}`));
  if (found === undefined) {
    t.log(all);
    throw new Error(`${name} is not there`);
  }
  return found;
}

test("tsdav finds the account from the bare origin, for calendars and for contacts", async (t) => {
  const server = await testServer(t);
  for (const accountType of ["caldav", "carddav"] as const) {
    const client = await connect(server, accountType);
    const found = await client.createAccount({
      account: { serverUrl: server.origin, accountType },
      loadCollections: true,
    });
    t.like(found, account(server, accountType));
  }
});

test("tsdav is refused with a wrong password", async (t) => {
  const { origin } = await testServer(t);
  const credentials = { username: "alice", password: "wrong" };
  const settings = { serverUrl: origin, credentials, authMethod: "Basic" } as const;
  await t.throwsAsync(createDAVClient({ ...settings, defaultAccountType: "caldav" }), {
    message: /Invalid credentials/,
  });
});

test("tsdav lists calendars with what they are for, and the address", async (t) => {
  const server = await testServer(t);
  const client = await connect(server, "caldav");
  const calendars = await client.fetchCalendars();
  t.is(calendars.length, 2);
  t.like(named(t, calendars, "calendar/"), { components: ["VEVENT"], displayName: "Calendar" });
  t.like(named(t, calendars, "tasks/"), { components: ["VTODO"], displayName: "Tasks" });
  for (const { reports, syncToken, ctag } of calendars) {
    t.is(syncToken, ctag);
    t.deepEqual(
      ["calendarMultiget", "calendarQuery", "syncCollection"].filter((name) =>
        reports?.includes(name),
      ),
      ["calendarMultiget", "calendarQuery", "syncCollection"],
    );
  }
  const addresses = await client.fetchCalendarUserAddresses({ account: account(server, "caldav") });
  t.true(addresses.includes("mailto:alice@example.org"));
});

test("tsdav creates, reads, changes and deletes events, and is stopped by a stale ETag", async (t) => {
  const client = await connect(await testServer(t), "caldav");
  const calendar = named(t, await client.fetchCalendars(), "calendar/");
  const create = (iCalString: string) =>
    client.createCalendarObject({ calendar, filename: "a.ics", iCalString });
  t.is((await create(eventText("a", "Dentist"))).status, 201);
  t.is((await create(eventText("a", "Again"))).status, 412);

  const [first] = await client.fetchCalendarObjects({ calendar });
  if (first === undefined) return t.fail("no object");
  t.is(first.data, eventText("a", "Dentist").trim());

  const changed = { ...first, data: eventText("a", "Moved") };
  const update = await client.updateCalendarObject({ calendarObject: changed });
  t.is(update.status, 204);
  t.is((await client.updateCalendarObject({ calendarObject: changed })).status, 412);
  t.is((await client.deleteCalendarObject({ calendarObject: first })).status, 412);

  const [second] = await client.fetchCalendarObjects({ calendar });
  if (second === undefined) return t.fail("no object");
  t.is(second.etag, update.headers.get("etag") ?? "");
  t.regex(String(second.data), /SUMMARY:Moved/);
  t.is((await client.deleteCalendarObject({ calendarObject: second })).status, 204);
  t.deepEqual(await client.fetchCalendarObjects({ calendar }), []);
});

test("tsdav finds events by time range, and several by their URLs", async (t) => {
  const client = await connect(await testServer(t), "caldav");
  const calendar = named(t, await client.fetchCalendars(), "calendar/");
  for (const day of ["10", "20", "30"]) {
    const iCalString = eventText(`day-${day}`, `On the ${day}`, `202611${day}T100000Z`);
    await client.createCalendarObject({ calendar, filename: `${day}.ics`, iCalString });
  }
  const timeRange = { start: "2026-11-15T00:00:00Z", end: "2026-11-25T00:00:00Z" };
  const inRange = await client.fetchCalendarObjects({ calendar, timeRange });
  t.deepEqual(namesOf(inRange), ["20.ics"]);

  const objectUrls = ["10.ics", "30.ics"].map((name) => new URL(name, calendar.url).pathname);
  const props = { "d:getetag": {}, "c:calendar-data": {} };
  const url = calendar.url;
  const both = await client.calendarMultiGet({ url, props, objectUrls, depth: "1" });
  t.deepEqual(
    both.map(({ href }) => href),
    objectUrls,
  );
  t.regex(String(both[1]?.props?.["calendarData"]), /SUMMARY:On the 30/);
});

test("tsdav makes a calendar and sees it, with its name, colour and component", async (t) => {
  const server = await testServer(t);
  const client = await connect(server, "caldav");
  const url = `${server.origin}/dav/calendars/alice/work/`;
  const [made] = await client.makeCalendar({
    url,
    props: { "d:displayname": "Work & play", "ca:calendar-color": "#ff0000ff" },
  });
  t.is(made?.status, 201);
  const calendar = named(t, await client.fetchCalendars(), "work/");
  t.like(calendar, { displayName: "Work & play", calendarColor: "#ff0000ff" });
  t.is((await client.deleteObject({ url })).status, 204);
  t.is((await client.fetchCalendars()).length, 2);
});

test("tsdav follows another client's changes by sync-collection", async (t) => {
  const server = await testServer(t);
  const client = await connect(server, "caldav");
  const other = await connect(server, "caldav");
  const listed = named(t, await client.fetchCalendars(), "calendar/");
  const put = (name: string, summary: string) =>
    other.createCalendarObject({
      calendar: listed,
      filename: `${name}.ics`,
      iCalString: eventText(name, summary),
    });
  await put("changes", "Before");
  await put("goes", "Before");
  await put("stays", "Before");

  const calendar = await client.smartCollectionSync({
    collection: { ...listed, syncToken: "", objects: [], objectMultiGet: client.calendarMultiGet },
    method: "webdav",
    account: account(server, "caldav"),
  });
  t.deepEqual(namesOf(calendar.objects), ["changes.ics", "goes.ics", "stays.ics"]);
  t.false((await client.isCollectionDirty({ collection: await current() })).isDirty);

  const theirs = await other.fetchCalendarObjects({ calendar: listed });
  const changes = named(t, theirs, "changes.ics");
  await other.updateCalendarObject({
    calendarObject: { ...changes, data: eventText("changes", "After") },
  });
  await other.deleteCalendarObject({ calendarObject: named(t, theirs, "goes.ics") });
  await put("comes", "After");
  t.true((await client.isCollectionDirty({ collection: listed })).isDirty);

  const { objects } = await client.smartCollectionSyncDetailed({
    collection: calendar,
    method: "webdav",
    account: account(server, "caldav"),
  });
  t.deepEqual(namesOf(objects.created), ["comes.ics"]);
  t.deepEqual(namesOf(objects.updated), ["changes.ics"]);
  t.deepEqual(namesOf(objects.deleted), ["goes.ics"]);
  t.regex(String(objects.updated[0]?.data), /SUMMARY:After/);

  async function current() {
    return named(t, await other.fetchCalendars(), "calendar/");
  }
});

test("tsdav learns of calendars that come, change and go", async (t) => {
  const server = await testServer(t);
  const client = await connect(server, "caldav");
  const other = await connect(server, "caldav");
  const make = (name: string) =>
    other.makeCalendar({
      url: `${server.origin}/dav/calendars/alice/${name}/`,
      props: { "d:displayname": name },
    });
  await make("goes");
  const before = await client.fetchCalendars();
  const known = before.map((calendar) => ({ ...calendar, objects: [] }));

  await make("comes");
  await other.deleteObject({ url: named(t, before, "goes/").url });
  const calendar = named(t, before, "calendar/");
  const iCalString = eventText("a", "Dentist");
  await other.createCalendarObject({ calendar, filename: "a.ics", iCalString });

  const found = await client.syncCalendarsDetailed({
    oldCalendars: known,
    account: account(server, "caldav"),
  });
  t.deepEqual(namesOfAll(found.created), ["comes"]);
  t.deepEqual(namesOfAll(found.deleted), ["goes"]);
  t.deepEqual(namesOfAll(found.updated), ["calendar"]);
  t.deepEqual(namesOf(found.updated[0]?.objects), ["a.ics"]);
});

function namesOfAll(collections: readonly { url: string }[]): string[] {
  return collections.map(({ url }) => url.split("/").at(-2) ?? "");
}

test("tsdav keeps an address book in step with another client", async (t) => {
  const server = await testServer(t);
  const client = await connect(server, "carddav");
  const other = await connect(server, "carddav");
  const [addressBook, ...more] = await client.fetchAddressBooks();
  if (addressBook === undefined) return t.fail("no address book");
  t.deepEqual(more, []);
  t.like(addressBook, { displayName: "Contacts" });
  const put = (name: string) =>
    other.createVCard({
      addressBook,
      filename: `${name}.vcf`,
      vCardString: cardText(name, `${name} Example`),
    });
  for (const name of ["ann", "bea", "cleo"]) t.is((await put(name)).status, 201);
  t.is((await put("ann")).status, 412);

  const cards = await client.fetchVCards({ addressBook });
  t.deepEqual(namesOf(cards), ["ann.vcf", "bea.vcf", "cleo.vcf"]);
  t.is(named(t, cards, "ann.vcf").data, cardText("ann", "ann Example").trim());
  const synced = await client.smartCollectionSync({
    collection: {
      ...addressBook,
      syncToken: "",
      objects: [],
      objectMultiGet: client.addressBookMultiGet,
    },
    method: "webdav",
    account: account(server, "carddav"),
  });
  t.deepEqual(namesOf(synced.objects), ["ann.vcf", "bea.vcf", "cleo.vcf"]);

  const ann = named(t, cards, "ann.vcf");
  const update = await other.updateVCard({
    vCard: { ...ann, data: cardText("ann", "Ann Married") },
  });
  t.is(update.status, 204);
  t.is((await other.updateVCard({ vCard: ann })).status, 412);
  t.is((await other.deleteVCard({ vCard: named(t, cards, "bea.vcf") })).status, 204);
  const { objects } = await client.smartCollectionSyncDetailed({
    collection: synced,
    method: "webdav",
    account: account(server, "carddav"),
  });
  t.deepEqual(namesOf(objects.created), []);
  t.deepEqual(namesOf(objects.updated), ["ann.vcf"]);
  t.deepEqual(namesOf(objects.deleted), ["bea.vcf"]);
});

test("tsdav makes an address book by extended MKCOL", async (t) => {
  const server = await testServer(t);
  const client = await connect(server, "carddav");
  const [made] = await client.makeCollection({
    url: `${server.origin}/dav/addressbooks/alice/friends/`,
    props: {
      "d:resourcetype": { "d:collection": {}, "card:addressbook": {} },
      "d:displayname": "Friends",
    },
  });
  t.is(made?.status, 201);
  t.like(named(t, await client.fetchAddressBooks(), "friends/"), { displayName: "Friends" });
});
