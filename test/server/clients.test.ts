import test from "ava";
import { eventText } from "../support/objects.ts";
import { testServer } from "../support/server.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";

function syncBody(token: string): string {
  return `<sync-collection xmlns="DAV:"><sync-token>${token}</sync-token><sync-level>1</sync-level><prop><getetag/></prop></sync-collection>`;
}

test("of several addresses the preferred address comes first, and last where it is marked", async (t) => {
  const { send, pool } = await testServer(t);
  await pool.query(
    `insert into principal_address (principal_id, position, address)
     select id, 1, 'mailto:aa@example.org' from principal union select id, 2, 'urn:uuid:5' from principal`,
  );
  const answer = await send({
    method: "PROPFIND",
    target: "/dav/principals/alice/",
    user: "alice",
    headers: { depth: "0" },
    body: `<propfind xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><prop><C:calendar-user-address-set/></prop></propfind>`,
  });
  const hrefs = [...answer.body.matchAll(/<d:href( preferred="1")?>((?:mailto|urn):[^<]+)</g)];
  t.deepEqual(
    hrefs.map(([, mark = "", address]) => `${address}${mark}`),
    [
      "mailto:alice@example.org",
      "mailto:aa@example.org",
      "urn:uuid:5",
      'mailto:alice@example.org preferred="1"',
    ],
  );
});

test("a token is good years later, deletions included", async (t) => {
  let now = new Date("2026-11-26T12:00:00Z");
  const { send, pool } = await testServer(t, { clock: () => now });
  const as = { user: "alice", headers: {} };
  const put = { method: "PUT", ...as, headers: { "content-type": "text/calendar" } };
  await send({ ...put, target: `${CALENDAR}a.ics`, body: eventText("a", "A") });
  await send({ ...put, target: `${CALENDAR}b.ics`, body: eventText("b", "B") });
  const first = await send({ method: "REPORT", ...as, target: CALENDAR, body: syncBody("") });
  const token = /<d:sync-token>([^<]+)</.exec(first.body)?.[1] ?? "";
  await send({ method: "DELETE", ...as, target: `${CALENDAR}a.ics`, body: "" });
  now = new Date("2036-11-26T12:00:00Z");
  await pool.query(
    "update object set created_at = created_at - interval '9 years', modified_at = modified_at - interval '9 years'",
  );
  const later = await send({ method: "REPORT", ...as, target: CALENDAR, body: syncBody(token) });
  t.is(later.status, 207);
  t.deepEqual(
    [...later.body.matchAll(/<d:href>([^<]+)</g)].map(([, href]) => href),
    [`${CALENDAR}a.ics`],
  );
});
