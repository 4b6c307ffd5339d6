import test from "ava";
import { DavError } from "../../../dav/errors.ts";
import { readRegistration, type Triggers } from "../../../dav/push/register.ts";

const BOTH: Triggers = { content: true, property: true };

const URL_PART = "<P:push-resource>https://push.example/up/abc</P:push-resource>";
const ENCODING = "<P:content-encoding>aes128gcm</P:content-encoding>";
const KEY =
  '<P:subscription-public-key type="p256dh">BCVxsr7N_eNgVRqvHtD0zTZsEc6</P:subscription-public-key>';
const SECRET = "<P:auth-secret>BTBZMqHH6r4Tts7J_aSIgg</P:auth-secret>";
const CONTENT = "<P:content-update><D:depth>1</D:depth></P:content-update>";
const PROPERTY =
  "<P:property-update><D:depth>0</D:depth><D:prop><D:displayname/></D:prop></P:property-update>";

const subscription = (...parts: string[]) =>
  `<P:subscription><P:web-push-subscription>${parts.join("")}</P:web-push-subscription></P:subscription>`;
const FULL = subscription(URL_PART, ENCODING, KEY, SECRET);
const register = (...parts: string[]) =>
  `<P:push-register xmlns:P="https://bitfire.at/webdav-push" xmlns:D="DAV:">${parts.join("")}</P:push-register>`;
const trigger = (...parts: string[]) => `<P:trigger>${parts.join("")}</P:trigger>`;

function read(body: string, supported = BOTH) {
  const path = { kind: "root" } as const;
  return readRegistration(
    { method: "POST", path, headers: {}, body: Buffer.from(body) },
    supported,
  );
}

/** DAVx5 up to 4.5.19: another prefix, neither trigger nor content-encoding (bitfireAT/davx5-ose#2859). */
const OLDER = `<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><n0:push-register xmlns:n0="https://bitfire.at/webdav-push"><n0:subscription><n0:web-push-subscription><n0:push-resource>https://push.example/up/abc</n0:push-resource><n0:subscription-public-key type="p256dh">BCVxsr7N_eNgVRqvHtD0zTZsEc6</n0:subscription-public-key><n0:auth-secret>BTBZMqHH6r4Tts7J_aSIgg</n0:auth-secret></n0:web-push-subscription></n0:subscription><n0:expires>Fri, 15 Jan 2027 10:00:00 GMT</n0:expires></n0:push-register>`;

const EXPIRES = "<P:expires>Fri, 15 Jan 2027 10:00:00 GMT</P:expires>";

const READ: Readonly<Record<string, [body: string, triggers: Triggers]>> = {
  "of DAVx5 up to 4.5.19": [OLDER, { content: true, property: false }],
  "of DAVx5 since": [register(FULL, trigger(CONTENT), EXPIRES), { content: true, property: false }],
  "of the draft": [register(FULL, trigger(CONTENT, PROPERTY), EXPIRES), BOTH],
  "of properties only": [
    register(FULL, trigger(PROPERTY), EXPIRES),
    { content: false, property: true },
  ],
  "with a trigger too deep": [
    register(FULL, trigger(CONTENT.replace("1", "infinity")), EXPIRES),
    { content: true, property: false },
  ],
  "with a trigger nobody knows beside another": [
    register(FULL, trigger("<P:x/>", CONTENT), EXPIRES),
    { content: true, property: false },
  ],
};

for (const [what, [body, triggers]] of Object.entries(READ)) {
  test(`a registration ${what} is read`, (t) => {
    t.deepEqual(read(body), {
      endpoint: "https://push.example/up/abc",
      p256dh: "BCVxsr7N_eNgVRqvHtD0zTZsEc6",
      auth: "BTBZMqHH6r4Tts7J_aSIgg",
      triggers,
      expires: new Date("2027-01-15T10:00:00Z"),
    });
  });
}

test("a time that is none is no time", (t) => {
  t.is(read(register(FULL)).expires, null);
  t.is(read(register(FULL, "<P:expires>next week</P:expires>")).expires, null);
});

const REFUSED: Readonly<
  Record<string, [body: string, status: number, condition?: DavError["condition"]]>
> = {
  "without subscription": [register(trigger(CONTENT)), 403, "invalid-subscription"],
  "with two subscriptions": [register(FULL, FULL), 403, "invalid-subscription"],
  "with another kind of subscription": [
    register("<P:subscription><P:x/></P:subscription>"),
    403,
    "invalid-subscription",
  ],
  "without push-resource": [register(subscription(KEY, SECRET)), 403, "invalid-subscription"],
  "without key": [register(subscription(URL_PART, SECRET)), 403, "invalid-subscription"],
  "without secret": [register(subscription(URL_PART, KEY)), 403, "invalid-subscription"],
  "with a key of another type": [
    register(subscription(URL_PART, KEY.replace("p256dh", "x"), SECRET)),
    403,
    "invalid-subscription",
  ],
  "in an outdated encoding": [
    register(subscription(URL_PART, ENCODING.replace("aes128gcm", "aesgcm"), KEY, SECRET)),
    403,
    "invalid-subscription",
  ],
  "with an empty trigger": [register(FULL, trigger()), 403, "no-supported-trigger"],
  "with unknown triggers": [register(FULL, trigger("<P:x/>")), 403, "no-supported-trigger"],
  "that is empty": ["", 400],
  "that is no XML": ["push me", 400],
  "with a document type": [`<!DOCTYPE x [<!ENTITY e "x">]>${register(FULL)}`, 400],
  "of another element": [`<D:propfind xmlns:D="DAV:"/>`, 415],
  "that is too long": [register(FULL, `<!--${"x".repeat(20_000)}-->`), 413],
};

for (const [what, [body, status, condition]] of Object.entries(REFUSED)) {
  test(`a registration ${what} is refused`, (t) => {
    const error = t.throws(() => read(body), { instanceOf: DavError });
    t.is(error.status, status);
    if (condition !== undefined) t.is(error.condition, condition);
  });
}

test("what a resource does not announce is no trigger there", (t) => {
  const home = { content: true, property: false };
  t.deepEqual(read(register(FULL, trigger(CONTENT, PROPERTY)), home).triggers, home);
  const error = t.throws(() => read(register(FULL, trigger(PROPERTY)), home), {
    instanceOf: DavError,
  });
  t.is(error.condition, "no-supported-trigger");
});
