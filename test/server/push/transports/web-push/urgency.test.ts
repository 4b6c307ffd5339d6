import test from "ava";
import { createUrgency } from "../../../../../server/push/transports/web-push/urgency.ts";
import type { Urgency } from "../../../../../server/push/webpush/index.ts";
import { event } from "../../../../support/events.ts";
import { testServer } from "../../../../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";
const OTHER = "/dav/calendars/alice/other/";

const GRANTED = `<acl xmlns="DAV:"><ace><principal><href>/dav/principals/bob/</href></principal><grant><privilege><read/></privilege></grant></ace></acl>`;

/** What time it is for who looks for alarms. */
const NOW = new Date("2026-11-24T09:30:00Z");

const alarm = (trigger: string) =>
  `BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER${trigger}\r\nEND:VALARM\r\nEND:VEVENT`;
const withAlarm = (text: string, trigger: string) => text.replace("END:VEVENT", alarm(trigger));
const repeated = (text: string) => text.replace("SUMMARY", "RRULE:FREQ=DAILY\r\nSUMMARY");

/** Events by what they are, and how urgent their change is at 9:30; they begin at 10:00 but for the last two. */
const EVENTS: readonly [what: string, text: string, urgency: Urgency][] = [
  ["no alarm", event("a"), "normal"],
  ["an alarm at 9:40", withAlarm(event("a"), ":-PT20M"), "high"],
  ["an alarm at 9:50", withAlarm(event("a"), ":-PT10M"), "normal"],
  ["an alarm at 9:00", withAlarm(event("a"), ":-PT1H"), "normal"],
  ["an alarm at a time", withAlarm(event("a"), ";VALUE=DATE-TIME:20261124T093500Z"), "high"],
  ["a daily alarm", repeated(withAlarm(event("a", "x", "20251124T100000Z"), ":-PT25M")), "high"],
  ["an alarm of another day", withAlarm(event("a", "x", "20261126T100000Z"), ":-PT20M"), "normal"],
];

test("a change is urgent when it brings an alarm that goes off within a quarter of an hour, and can wait when it comes from a feed", async (t) => {
  const { pool, send } = await testServer(t, { users: ["alice", "bob"] });
  const change = async (method: string, target: string, body: string) => {
    const headers = method === "PUT" ? { "content-type": "text/calendar" } : {};
    const answer = await send({ method, target, user: "alice", headers, body });
    t.true(answer.status < 300, `${method} ${target}: ${answer.status} ${answer.body}`);
  };
  await change("MKCALENDAR", OTHER, "");
  const { rows } = await pool.query<{ name: string; owner: number; id: number }>(
    `select name, owner_id as owner, collection_id as id from binding
     where owner_id = (select id from principal where name = 'alice')`,
  );
  const [calendar, other, book] = ["calendar", "other", "addressbook"].map((name) =>
    rows.find((row) => row.name === name),
  );
  const bob = await pool.query<{ id: number }>("select id from principal where name = 'bob'");
  if (!calendar || !other || !book || !bob.rows[0]) return t.fail();
  const { owner } = calendar;
  /** How urgent what just changed is to tell who is subscribed to a collection, or to the home. */
  const urgency = (collectionId: number | null, { home = "calendars", reader = owner } = {}) =>
    createUrgency(
      pool,
      () => NOW,
    )({
      target: { ownerId: owner, home, collectionId },
      principalId: reader,
      firstChangedAt: new Date(),
    });
  const others = { reader: bob.rows[0].id };
  for (const [what, body, expected] of EVENTS) {
    await change("PUT", `${CALENDAR}a.ics`, body);
    t.is(await urgency(calendar.id), expected, what);
    t.is(await urgency(null), expected, `${what}, to the home`);
    t.is(await urgency(null, others), "normal", `${what}, to whom it was not granted`);
    t.is(await urgency(other.id), "normal", "another calendar");
    t.is(await urgency(book.id, { home: "addressbooks" }), "normal", "contacts");
    await pool.query("update object set modified_at = now() - interval '1 hour'");
    t.is(await urgency(calendar.id), "normal", `${what}, long ago`);
  }
  await change("PUT", `${OTHER}b.ics`, withAlarm(event("b"), ":-PT20M"));
  t.is(await urgency(null, others), "normal");
  await change("ACL", OTHER, GRANTED);
  t.is(await urgency(null, others), "high", "to whom it was granted");
  await change("PUT", `${OTHER}b.ics`, event("b"));
  await pool.query("update collection set subscribed = true where id = $1", [other.id]);
  t.is(await urgency(other.id), "low", "a calendar that mirrors a feed");
  t.is(await urgency(null), "low", "a home in which only a feed changed");
  await change("PUT", `${CALENDAR}a.ics`, event("a", "again"));
  t.is(await urgency(null), "normal", "a home in which not only a feed changed");
});
