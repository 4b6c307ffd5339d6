import test from "ava";
import { createUrgency } from "../../../../../server/push/transports/web-push/urgency.ts";
import type { Urgency } from "../../../../../server/push/webpush/index.ts";
import { event } from "../../../../support/events.ts";
import { testServer } from "../../../../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";

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
  const { pool, send } = await testServer(t);
  const { rows } = await pool.query<{ owner: number; id: number }>(
    "select principal_id as owner, collection_id as id from binding where name in ('calendar', 'addressbook') order by home desc",
  );
  const [calendar, book] = rows;
  if (!calendar || !book) return t.fail();
  const about = ({ owner, id }: { owner: number; id: number | null }, home = "calendars") => ({
    target: { ownerId: owner, home, collectionId: id },
    firstChangedAt: new Date(),
  });
  for (const [what, body, expected] of EVENTS) {
    const headers = { "content-type": "text/calendar" };
    const target = `${CALENDAR}a.ics`;
    const answer = await send({ method: "PUT", target, user: "alice", headers, body });
    t.true(answer.status < 300, `${what}: ${answer.status} ${answer.body}`);
    const urgencyOf = createUrgency(pool, () => NOW);
    t.is(await urgencyOf(about(calendar)), expected, what);
    t.is(await urgencyOf(about({ ...calendar, id: null })), "normal", "a home");
    t.is(await urgencyOf(about(book, "addressbooks")), "normal", "contacts");
    await pool.query("update object set modified_at = now() - interval '1 hour'");
    t.is(await createUrgency(pool, () => NOW)(about(calendar)), "normal", `${what}, long ago`);
  }
  await pool.query("update collection set subscribed = true");
  t.is(
    await createUrgency(pool, () => NOW)(about(calendar)),
    "low",
    "a calendar that mirrors a feed",
  );
});
