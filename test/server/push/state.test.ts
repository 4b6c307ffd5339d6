import test from "ava";
import type { SubscriptionRow } from "../../../server/push/listing.ts";
import { aboutOf, deviceOf, stateOf } from "../../../server/push/state.ts";

const NOW = new Date("2026-11-26T12:00:00Z");
const at = (time: string) => new Date(`2026-11-26T${time}Z`);

const ROW: SubscriptionRow = {
  id: 1,
  publicId: "ca666c91979f4034aad00d4bd79e0834",
  principal: "ann",
  transport: "apple",
  endpoint: "d06af578000000000000000000000000000000000000000000000000000017b2",
  owner: "ann",
  ownerId: 1,
  home: "calendars",
  collectionId: null,
  collection: null,
  topic: "com.apple.calendar.x",
  userAgent: "",
  appPassword: null,
  address: "",
  createdAt: at("08:00:00"),
  refreshedAt: at("08:00:00"),
  expiresAt: new Date("2026-12-10T08:00:00Z"),
  silentSince: null,
  lastAttemptAt: null,
  lastSuccessAt: null,
  lastError: null,
  failingSince: null,
  delivered: 0,
  dueAt: null,
  blockedUntil: null,
  allowed: true,
};

const SENT = { delivered: 3, lastAttemptAt: at("11:00:00"), lastSuccessAt: at("11:00:01") };

const STATES: readonly [Partial<SubscriptionRow>, string][] = [
  [{}, "nothing sent yet"],
  [SENT, "3 sent, the last 2026-11-26 11:00:01 UTC"],
  [
    { ...SENT, dueAt: at("12:00:02") },
    "3 sent, the last 2026-11-26 11:00:01 UTC; a push is due 2026-11-26 12:00:02 UTC",
  ],
  [{ expiresAt: at("11:59:59") }, "expired 2026-11-26 11:59:59 UTC"],
  [{ ...SENT, allowed: false }, "the account is disabled, or may not read this any more"],
  [
    { silentSince: at("09:00:00") },
    "silent since 2026-11-26 09:00:00 UTC: the client has not verified it yet",
  ],
  [
    { blockedUntil: at("12:01:00") },
    "its push service is left alone until 2026-11-26 12:01:00 UTC: another's push failed",
  ],
  [
    { failingSince: at("10:00:00"), lastError: "500: x", dueAt: at("12:10:00") },
    "failing since 2026-11-26 10:00:00 UTC: 500: x; a push is due 2026-11-26 12:10:00 UTC",
  ],
  [
    { ...SENT, lastError: "APNs refuses the credential", dueAt: at("11:30:00") },
    "waiting: APNs refuses the credential; a push is due 2026-11-26 11:30:00 UTC",
  ],
  [
    { ...SENT, dueAt: at("11:30:00") },
    "waiting: the log of the server says what for, if it runs; a push is due 2026-11-26 11:30:00 UTC",
  ],
];

for (const [row, words] of STATES) {
  test(`a subscription is said to be: ${words}`, (t) => {
    t.is(stateOf({ ...ROW, ...row }, NOW), words);
  });
}

test("a subscription is told from others without saying how to push to it", (t) => {
  t.is(deviceOf(ROW), "d06a…17b2");
  t.is(deviceOf({ ...ROW, appPassword: "Ann's phone" }), "Ann's phone, d06a…17b2");
  t.is(
    deviceOf({ ...ROW, endpoint: "https://push.example:8443/up/secret" }),
    "https://push.example:8443",
  );
  t.is(aboutOf(ROW), "calendars/ann/");
  t.is(aboutOf({ ...ROW, collectionId: 7, collection: "work" }), "calendars/ann/work/");
  t.is(aboutOf({ ...ROW, collectionId: 7 }), "calendars/ann/(gone)/");
  t.is(aboutOf({ ...ROW, home: null }), "ann: all");
});
