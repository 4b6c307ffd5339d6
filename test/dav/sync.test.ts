import test from "ava";
import fc from "fast-check";
import { renewIncarnations } from "../../server/store/incarnation.ts";
import { event } from "../support/events.ts";
import { until } from "../support/serve.ts";
import { testServer, type TestServer } from "../support/server.ts";
import { listMembers, SyncClient } from "../support/sync-client.ts";
import { holds } from "../support/property.ts";

type Operation =
  | { readonly kind: "put"; readonly name: string; readonly summary: string }
  | { readonly kind: "import"; readonly names: readonly string[]; readonly summary: string }
  | { readonly kind: "delete"; readonly name: string }
  | { readonly kind: "move" | "copy"; readonly name: string; readonly to: string }
  | { readonly kind: "describe"; readonly name: string; readonly summary: string }
  | { readonly kind: "grant"; readonly to: "bob" | "nobody" }
  | { readonly kind: "recreate" }
  | { readonly kind: "restored" }
  | { readonly kind: "page"; readonly client: number; readonly limit: number };

const names = fc.constantFrom("a", "b", "c", "d", "e", "f");
const operations: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("put"), name: names, summary: names }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("import"),
      names: fc.uniqueArray(names, { minLength: 2 }),
      summary: names,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("delete"), name: names }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("move", "copy"), name: names, to: names }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("describe"),
      name: fc.oneof(names, fc.constant("")),
      summary: names,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("grant"), to: fc.constantFrom("bob", "nobody") }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("recreate") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("restored") }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("page"),
      client: fc.nat(4),
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
);

const write = (server: TestServer, method: string, target: string, rest = {}) =>
  server.send({ method, target, user: "alice", headers: {}, body: "", ...rest });

const readAce = (name: string) =>
  `<ace><principal><href>/dav/principals/${name}/</href></principal><grant><privilege><read/></privilege></grant></ace>`;

/** What a client believes to be below a collection. */
function membersBelow(client: SyncClient | undefined, collection: string): Record<string, string> {
  const members = [...(client?.members ?? [])];
  return Object.fromEntries(members.filter(([href]) => href.startsWith(collection)));
}

test("clients that page at random between random changes end with what the server has", async (t) => {
  const server = await testServer(t, { users: ["alice", "bob", "carol"] });
  const home = "/dav/calendars/alice/";
  const body = `<acl xmlns="DAV:">${readAce("carol")}</acl>`;
  t.is((await write(server, "ACL", home, { body })).status, 200);
  let run = 0;
  const property = fc.asyncProperty(fc.array(operations, { maxLength: 60 }), async (steps) => {
    const calendar = `${home}run-${run++}/`;
    await write(server, "MKCALENDAR", calendar);
    const clients = [
      new SyncClient(server.send, calendar),
      new SyncClient(server.send, calendar, "infinite"),
      new SyncClient(server.send, home, "infinite"),
      new SyncClient(server.send, calendar, "1", "bob"),
      new SyncClient(server.send, home, "infinite", "carol"),
    ];
    for (const step of steps) await carryOut(server, calendar, clients, step);
    await carryOut(server, calendar, clients, { kind: "grant", to: "bob" });
    const expected = await listMembers(server.send, calendar);
    for (const client of clients) {
      await client.catchUp(3);
      t.deepEqual(membersBelow(client, calendar), Object.fromEntries(expected));
    }
    await write(server, "DELETE", calendar);
    await clients[2]?.catchUp(2);
    t.deepEqual(membersBelow(clients[2], calendar), {});
  });
  await t.notThrowsAsync(holds(property, { numRuns: 25 }));
});

async function carryOut(
  server: TestServer,
  calendar: string,
  clients: readonly SyncClient[],
  step: Operation,
): Promise<void> {
  if (step.kind === "page") {
    await clients[step.client]?.page(step.limit);
    return;
  }
  const headers = { "content-type": "text/calendar" };
  if (step.kind === "restored") {
    await renewIncarnations(server.pool);
    return;
  }
  if (step.kind === "recreate") {
    await write(server, "DELETE", calendar);
    await write(server, "MKCALENDAR", calendar);
    return;
  }
  if (step.kind === "grant") {
    const body = `<acl xmlns="DAV:">${step.to === "bob" ? readAce("bob") : ""}</acl>`;
    const { status } = await write(server, "ACL", calendar, { body });
    if (status !== 200) throw new Error(`a grant was answered ${status}`);
    return;
  }
  if (step.kind === "import") {
    const body = step.names.map((name) => event(name, step.summary)).join("");
    const { status } = await write(server, "POST", calendar, { headers, body });
    if (status !== 207) throw new Error(`an import was answered ${status}`);
    return;
  }
  const target = `${calendar}${step.name}.ics`;
  if (step.kind === "put") {
    await write(server, "PUT", target, { headers, body: event(step.name, step.summary) });
  } else if (step.kind === "delete") await write(server, "DELETE", target);
  else if (step.kind === "describe") {
    const described = step.name === "" ? calendar : target;
    const body = `<propertyupdate xmlns="DAV:"><set><prop><x:mood xmlns:x="urn:x">${step.summary}</x:mood></prop></set></propertyupdate>`;
    await write(server, "PROPPATCH", described, { body });
  } else {
    const destination = `${calendar}${step.to}.ics`;
    await write(server, step.kind.toUpperCase(), target, { headers: { destination } });
  }
}

function same(a: Map<string, string>, b: Map<string, string>): boolean {
  return a.size === b.size && [...a].every(([href, etag]) => b.get(href) === etag);
}

type Transfer = {
  readonly name: "COPY" | "MOVE" | "DELETE" | "PUT" | "page";
  readonly from: string;
  readonly to: string;
};

const transfers: fc.Arbitrary<Transfer> = fc.record({
  name: fc.constantFrom("COPY", "MOVE", "MOVE", "DELETE", "PUT", "PUT", "PUT", "page", "page"),
  from: fc.constantFrom("x", "y", "z"),
  to: fc.constantFrom("x", "y", "z"),
});

test("whole calendars that are moved and copied while a client pages through the home are where it believes", async (t) => {
  const server = await testServer(t);
  const home = "/dav/calendars/alice/";
  let run = 0;
  const property = fc.asyncProperty(fc.array(transfers, { maxLength: 30 }), async (steps) => {
    const prefix = `${home}${run++}-`;
    await write(server, "MKCALENDAR", `${prefix}x/`);
    const client = new SyncClient(server.send, home, "infinite");
    for (const [n, { name, from, to }] of steps.entries()) {
      const target = `${prefix}${from}/`;
      if (name === "page") await client.page(2);
      else if (name === "PUT") {
        const headers = { "content-type": "text/calendar" };
        await write(server, "PUT", `${target}${to}.ics`, { headers, body: event(to, `${n}`) });
      } else await write(server, name, target, { headers: { destination: `${prefix}${to}/` } });
    }
    await client.catchUp(2);
    for (const name of ["x", "y", "z"]) {
      const calendar = `${prefix}${name}/`;
      const inside = [...client.members].filter(([href]) => href.startsWith(calendar));
      if (!same(new Map(inside), await listMembers(server.send, calendar))) return false;
      await write(server, "DELETE", calendar);
    }
    return true;
  });
  await t.notThrowsAsync(holds(property, { numRuns: 25 }));
});

type FileStep = {
  readonly name: "PUT" | "MKCOL" | "COPY" | "MOVE" | "DELETE" | "page";
  readonly from: string;
  readonly to: string;
};

const places = fc.constantFrom("a", "a", "b", "a/a", "a/b");
const fileSteps: fc.Arbitrary<FileStep> = fc.record({
  name: fc.constantFrom("PUT", "PUT", "MKCOL", "MKCOL", "COPY", "MOVE", "DELETE", "page", "page"),
  from: places,
  to: places,
});

/** The files below a collection of files: href → etag. */
async function listFiles(server: TestServer, target: string): Promise<Map<string, string>> {
  const found = await listMembers(server.send, target);
  const answer = await write(server, "PROPFIND", target, { headers: { depth: "1" } });
  for (const [, href = ""] of answer.body.matchAll(/<d:href>([^<]*\/)<\/d:href>/g)) {
    if (href === target) continue;
    for (const [inner, etag] of await listFiles(server, href)) found.set(inner, etag);
  }
  return found;
}

test("files that are stored, moved and copied while clients page are where they believe, on one level and on all", async (t) => {
  const server = await testServer(t);
  let run = 0;
  const property = fc.asyncProperty(fc.array(fileSteps, { maxLength: 30 }), async (steps) => {
    const top = `/dav/files/alice/${run++}/`;
    for (const place of [top, `${top}a/`]) await write(server, "MKCOL", place);
    const clients = [
      new SyncClient(server.send, top),
      new SyncClient(server.send, top, "infinite"),
    ];
    for (const [n, { name, from, to }] of steps.entries()) {
      const target = `${top}${from}`;
      if (name === "page") await clients[n % 2]?.page(2);
      else if (name === "PUT") await write(server, "PUT", target, { body: `${n}` });
      else await write(server, name, target, { headers: { destination: `${top}${to}` } });
    }
    for (const client of clients) await client.catchUp(2);
    const everything = await listFiles(server, top);
    const members = await listMembers(server.send, top);
    t.deepEqual(Object.fromEntries(clients[0]?.members ?? []), Object.fromEntries(members));
    t.deepEqual(Object.fromEntries(clients[1]?.members ?? []), Object.fromEntries(everything));
  });
  await t.notThrowsAsync(holds(property, { numRuns: 20 }));
});

test("a reader that syncs while many write loses nothing", async (t) => {
  const server = await testServer(t);
  const calendar = "/dav/calendars/alice/calendar/";
  const reader = new SyncClient(server.send, calendar);
  const writing = new AbortController();
  const reading = (async () => {
    while (!writing.signal.aborted) await reader.catchUp(50);
  })();
  const headers = { "content-type": "text/calendar" };
  const writers = Array.from({ length: 20 }, async (_, writer) => {
    for (let n = 0; n < 25; n++) {
      const uid = `w${writer}-${n}`;
      const answer = await write(server, "PUT", `${calendar}${uid}.ics`, {
        headers,
        body: event(uid),
      });
      t.is(answer.status, 201);
    }
  });
  await Promise.all(writers);
  writing.abort();
  await reading;
  await reader.catchUp();
  t.is(reader.members.size, 500);
  t.true(same(reader.members, await listMembers(server.send, calendar)));
});

test("of those who write on condition of one token at the same time a single one does", async (t) => {
  const server = await testServer(t);
  const calendar = "/dav/calendars/alice/calendar/";
  const client = new SyncClient(server.send, calendar);
  await client.catchUp();
  const headers = { "content-type": "text/calendar", if: `<${calendar}> (<${client.token}>)` };
  const holder = await server.pool.connect();
  await holder.query("begin");
  await holder.query("select from home for update");
  const writers = ["a", "b", "c"].map((uid) =>
    write(server, "PUT", `${calendar}${uid}.ics`, { headers, body: event(uid) }),
  );
  try {
    await until("all wait for the home", async () => {
      const { rowCount } = await server.pool.query(
        "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
      );
      return rowCount === writers.length;
    });
  } finally {
    await holder.query("commit");
    holder.release();
  }
  const answers = await Promise.all(writers);
  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
  t.deepEqual(statuses, [201, 412, 412]);
  await client.catchUp();
  t.is(client.members.size, 1);
});

test("500 changes give 500 different tokens", async (t) => {
  const { store } = await testServer(t);
  const seen = new Set<number>();
  for (let n = 0; n < 500; n++) {
    await store.run(
      {
        mode: "write",
        run: async (tx) => {
          const home = await tx.lockHome("calendars", "alice");
          if (home === null) throw new Error("no home");
          await tx.changeHomeProperties(home, { "{urn:x}n": `<n xmlns="urn:x">${n}</n>` });
        },
      },
      null,
    );
    const home = await store.run(
      { mode: "statement", run: (tx) => tx.findHome("calendars", "alice") },
      null,
    );
    seen.add(home?.seq ?? 0);
  }
  t.is(seen.size, 500);
});

test("a page is capped when the client sets no limit", async (t) => {
  const server = await testServer(t, { environment: { PUSHDAV_MAX_SYNC_PAGE: "7" } });
  const calendar = "/dav/calendars/alice/calendar/";
  const headers = { "content-type": "text/calendar" };
  for (let n = 0; n < 20; n++) {
    await write(server, "PUT", `${calendar}${n}.ics`, { headers, body: event(`u${n}`) });
  }
  const client = new SyncClient(server.send, calendar);
  t.true(await client.page());
  t.is(client.members.size, 7);
  await client.catchUp();
  t.is(client.members.size, 20);
});

test("a page ends where its objects become too large, and the next goes on there", async (t) => {
  const server = await testServer(t, { environment: { PUSHDAV_MAX_SYNC_BYTES: "1 kB" } });
  const calendar = "/dav/calendars/alice/calendar/";
  const headers = { "content-type": "text/calendar" };
  for (const uid of ["a", "b", "c"]) {
    const body = event(uid, "long ".repeat(120));
    await write(server, "PUT", `${calendar}${uid}.ics`, { headers, body });
  }
  for (const target of [calendar, "/dav/calendars/alice/"]) {
    const ask = async (token: string, property: string) => {
      const body = `<sync-collection xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><sync-token>${token}</sync-token><sync-level>infinite</sync-level><prop>${property}</prop></sync-collection>`;
      const answer = await write(server, "REPORT", target, { body });
      return {
        names: [...answer.body.matchAll(/([abc])\.ics</g)].map(([, name]) => name),
        truncated: answer.body.includes(" 507 "),
        token: /sync-token>([^<]+)</.exec(answer.body)?.[1] ?? "",
      };
    };
    const first = await ask("", "<C:calendar-data/>");
    t.like(first, { names: ["a", "b"], truncated: true });
    t.like(await ask(first.token, "<C:calendar-data/>"), { names: ["c"], truncated: false });
    t.like(await ask("", "<getetag/>"), { names: ["a", "b", "c"], truncated: false });
  }
});
