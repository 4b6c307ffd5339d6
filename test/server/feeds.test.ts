import test, { type ExecutionContext } from "ava";
import { pino } from "pino";
import { startFeeds } from "../../server/jobs/feeds/index.ts";
import { retryAfterFailure } from "../../server/jobs/feeds/pace.ts";
import { eventually } from "../support/push.ts";
import { startPushService, type PushService } from "../support/push-service.ts";
import { testServer, type TestServer } from "../support/server.ts";

const FEED = "/holidays.ics";
const CALENDAR = "/dav/calendars/alice/holidays/";

function feed(events: Readonly<Record<string, string>>, stamp = "20261101T000000Z"): string {
  const lines = Object.entries(events).flatMap(([uid, summary]) => [
    "BEGIN:VEVENT",
    `UID:${uid}`,
    `DTSTAMP:${stamp}`,
    "DTSTART;VALUE=DATE:20261225",
    `SUMMARY:${summary}`,
    "END:VEVENT",
  ]);
  const head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//feed//EN", "METHOD:PUBLISH"];
  return [...head, "X-WR-CALNAME:Holidays", ...lines, "END:VCALENDAR", ""].join("\r\n");
}

interface Subscribed {
  readonly server: TestServer;
  readonly service: PushService;
  /** Names of members and what they are called. */
  readonly members: () => Promise<string[]>;
  readonly state: () => Promise<{ failures: number; error: string | null; seconds: number }>;
  /** Has the feed fetched now, and waits until it was. */
  readonly refresh: () => Promise<void>;
}

async function subscribe(t: ExecutionContext, source: string): Promise<Subscribed> {
  const service = await startPushService(t);
  const server = await testServer(t, { users: ["alice", "bob"], environment: service.environment });
  const { pool, config, send } = server;
  const { push, maxResourceSize, quota } = config;
  const log = pino({ level: "silent" });
  const feeds = await startFeeds({ pool, config: push, maxResourceSize, quota, log });
  t.teardown(() => feeds.stop());
  const url = source.replace("https://feed.test", service.origin);
  const made = await send({
    method: "MKCOL",
    target: CALENDAR,
    user: "alice",
    headers: {},
    body: `<mkcol xmlns="DAV:" xmlns:S="http://calendarserver.org/ns/"><set><prop><resourcetype><collection/><S:subscribed/></resourcetype><S:source><href>${url}</href></S:source></prop></set></mkcol>`,
  });
  t.is(made.status, 201);
  const attempts = async () => {
    const { rows } = await pool.query("select claimed_until, fetched_at, failures from feed");
    return JSON.stringify(rows);
  };
  await eventually(
    async () => /claimed_until":null.*(?:fetched_at":"|failures":[1-9])/.test(await attempts()),
    "a fetch",
  );
  return {
    server,
    service,
    async members() {
      const { rows } = await pool.query<{ text: string }>(
        "select convert_from(data, 'UTF8') as text from object where data is not null order by uid",
      );
      return rows.map(({ text }) => /SUMMARY:(.*?)\r?\n/.exec(text)?.[1] ?? "");
    },
    async state() {
      const { rows } = await pool.query(
        "select failures, error, extract(epoch from due_at - now())::float8 as seconds from feed",
      );
      return rows[0];
    },
    async refresh() {
      const before = await attempts();
      await pool.query(
        "with due as (update feed set due_at = now()) select pg_notify('pushdav_feeds', '')",
      );
      await eventually(async () => {
        const now = await attempts();
        return now !== before && /claimed_until":null/.test(now);
      }, "another fetch");
    },
  };
}

test("a feed is fetched when it is subscribed to, and what changes in it moves the token", async (t) => {
  const { service, server, members, refresh, state } = await subscribe(
    t,
    `https://feed.test${FEED}`,
  );
  t.like(await state(), { failures: 1, error: "the answer is 201" });
  const version = { etag: '"1"' };
  service.scripts.set(FEED, {
    status: 200,
    headers: version,
    body: feed({ a: "New Year", b: "Easter" }),
  });
  await refresh();
  t.deepEqual(await members(), ["New Year", "Easter"]);
  t.like(await state(), { failures: 0, error: null });
  const sync = (token: string) =>
    server.send({
      method: "REPORT",
      target: CALENDAR,
      user: "alice",
      headers: {},
      body: `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`,
    });
  const tokenOf = (body: string) => /<d:sync-token>([^<]+)</.exec(body)?.[1] ?? "";
  const token = tokenOf((await sync("")).body);
  service.scripts.set(FEED, {
    status: 200,
    body: feed({ a: "New Year", b: "Easter" }, "20261102T000000Z"),
  });
  await refresh();
  t.is(tokenOf((await sync(token)).body), token, "another DTSTAMP is no change");
  service.scripts.set(FEED, { status: 200, body: feed({ a: "New Year's Day", c: "Christmas" }) });
  await refresh();
  t.deepEqual(await members(), ["New Year's Day", "Christmas"]);
  const { body } = await sync(token);
  t.is(body.split("<d:response>").length - 1, 3, "one changed, one came, one went");
  const outbox = await server.pool.query("select distinct actor_id from outbox where seq > 5");
  t.deepEqual(outbox.rows, [{ actor_id: null }], "announced, to the subscriber as well");
});

test("what has not changed is not sent again, what is no calendar changes nothing", async (t) => {
  const { service, members, refresh, state } = await subscribe(t, `https://feed.test${FEED}`);
  const headers = { etag: '"v1"', "last-modified": "Sun, 01 Nov 2026 00:00:00 GMT" };
  service.scripts.set(FEED, { status: 200, headers, body: feed({ a: "New Year" }) });
  await refresh();
  service.scripts.set(FEED, { status: 304 });
  await refresh();
  const asked = service.received.at(-1)?.headers;
  t.is(asked?.["if-none-match"], '"v1"');
  t.is(asked?.["if-modified-since"], "Sun, 01 Nov 2026 00:00:00 GMT");
  t.like(await state(), { failures: 0, error: null });
  for (const body of ["<html>Log in</html>", "", "BEGIN:VCALENDAR\r\nEND:VEVENT\r\n"]) {
    service.scripts.set(FEED, { status: 200, body });
    await refresh();
    t.not((await state()).error, null);
  }
  service.scripts.set(FEED, "endless");
  await refresh();
  t.regex((await state()).error ?? "", /^the answer is/);
  t.deepEqual(await members(), ["New Year"]);
  service.scripts.set(FEED, { status: 503, headers: { "retry-after": "7200" } });
  await refresh();
  const { seconds } = await state();
  t.true(seconds > 7100 && seconds < 7200 * 1.2, `${seconds} s`);
});

test("a feed may be somewhere else, but not where nobody may look", async (t) => {
  const { service, members, refresh, state } = await subscribe(t, `https://feed.test/moved`);
  service.scripts.set("/moved", { status: 302, headers: { location: FEED } });
  service.scripts.set(FEED, { status: 200, body: feed({ a: "New Year" }) });
  await refresh();
  t.deepEqual(await members(), ["New Year"]);
  service.scripts.set("/moved", { status: 302, headers: { location: "https://169.254.169.254/" } });
  await refresh();
  t.is((await state()).error, "the URL is not at a public address");
  service.scripts.set("/moved", { status: 302, headers: { location: "/moved" } });
  await refresh();
  t.is((await state()).error, "too many redirects");
});

test("the wait after failures grows to a day and never falls short of what was asked for", (t) => {
  t.true(retryAfterFailure(0, null) >= 300 && retryAfterFailure(0, null) <= 330);
  t.true(retryAfterFailure(30, null) >= 86_400 && retryAfterFailure(30, null) <= 95_040);
  t.true(retryAfterFailure(0, 4000) >= 4000);
});
