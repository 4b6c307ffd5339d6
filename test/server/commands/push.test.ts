import { createHmac } from "node:crypto";
import test, { type ExecutionContext } from "ava";
import { UsageError } from "../../../server/commands/command.ts";
import { push } from "../../../server/commands/push.ts";
import { webhook } from "../../../server/commands/webhook.ts";
import { loadVapidKeys } from "../../../server/push/webpush/keys.ts";
import { commandsOver } from "../../support/command.ts";
import { event } from "../../support/events.ts";
import { eventually } from "../../support/push.ts";
import { verifyVapid } from "../../support/push-service.ts";
import { preparePushed } from "../../support/web-push-client.ts";

const CALENDAR = "/dav/calendars/alice/calendar/";

async function prepare(t: ExecutionContext) {
  const pushed = await preparePushed(t);
  const { run } = commandsOver(pushed, pushed.service.environment);
  const say = async (...args: string[]) => (await run(push, args)).output;
  const hook = async (...args: string[]) => (await run(webhook, args)).output;
  const ids = async () =>
    (JSON.parse(await say("list", "--json")) as { publicId: string }[]).map(
      ({ publicId }) => publicId,
    );
  return { ...pushed, say, hook, ids };
}

test("push list shows who subscribed to what, and how it fares, but no secret", async (t) => {
  const { service, register, change, start, say, pool } = await prepare(t);
  const [receiver, failing] = [service.receiver(), service.receiver()];
  await register("alice", CALENDAR, receiver);
  await register("alice", "/dav/calendars/alice/", failing);
  service.scripts.set(failing.path, { status: 400 });
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await eventually(async () => (await say("list")).includes("failing since"), "a failure");
  await eventually(async () => (await say("list")).includes("1 sent"), "a success");
  const list = await say("list", "alice");
  t.regex(list, /alice +web-push +calendars\/alice\/calendar\/ .*1 sent, the last /);
  t.regex(list, /alice +web-push +calendars\/alice\/ .*failing since .*: 400: .*; a push is due /);
  t.is((await say("list", "bob")).trim(), "nobody is subscribed");
  t.is((await say("list", "bob", "--json")).trim(), "[]");
  await pool.query(
    `with made as (
       insert into app_password (principal_id, label, hash)
       select id, 'my phone', '\\x00' from principal where name = 'alice' returning id
     )
     update push_subscription set app_password_id = made.id from made`,
  );
  t.regex(await say("list", "alice"), /my phone, https:\/\/localhost:\d+ +1 sent/);
  const json = await say("list", "--json");
  for (const secret of [receiver.url, receiver.p256dh, receiver.auth])
    t.false(json.includes(secret));
});

test("push test sends one now and says what came of it", async (t) => {
  const { service, register, start, say, ids } = await prepare(t);
  const receiver = service.receiver();
  await register("alice", CALENDAR, receiver);
  await start();
  const [id = ""] = await ids();
  t.is(await say("test", id.slice(0, 8)), "the push service has it\n");
  t.is(service.received.length, 1);
  service.scripts.set(receiver.path, { status: 400 });
  await t.throwsAsync(say("test", id), { message: /400/ });
  service.scripts.set(receiver.path, { status: 410 });
  t.regex(await say("test", id), /removed/);
  await t.throwsAsync(say("test", id), { message: /no subscription/ });
});

test("push test tries a webhook though nothing changed", async (t) => {
  const { service, start, say, hook, ids } = await prepare(t);
  await start();
  const receiver = service.receiver();
  await hook("add", "alice", receiver.url, "--form", "slack");
  const [id = ""] = await ids();
  t.is(await say("test", id), "the push service has it\n");
  t.regex(service.received[0]?.body.toString() ?? "", /This webhook works/);
});

test("push explain says what is offered, who would be told, and what is in the way", async (t) => {
  const { service, register, change, send, say, pool } = await prepare(t);
  await register("alice", CALENDAR, service.receiver());
  const read = `<acl xmlns="DAV:"><ace><principal><href>/dav/principals/bob/</href></principal><grant><privilege><read/></privilege></grant></ace></acl>`;
  await change("ACL", CALENDAR, read);
  await register("bob", CALENDAR, service.receiver());
  await send({
    method: "ACL",
    target: CALENDAR,
    user: "alice",
    headers: {},
    body: `<acl xmlns="DAV:"/>`,
  });
  await pool.query("update outbox set changed_at = now() - interval '1 minute'");
  const said = await say("explain", "alice", "calendar");
  t.regex(said, /^calendars\/alice\/calendar\/\n {2}Apple push: not offered: no credential/);
  t.regex(said, /WebDAV-Push: offered\n/);
  t.regex(said, /changes have waited for \d+ s: is the server running\?/);
  t.regex(said, /alice +web-push.*nothing sent yet/);
  t.notRegex(said, /bob/);
  t.regex(
    await say("explain", "alice"),
    /calendars\/alice\/tasks\/[^]*addressbooks\/alice\/addressbook\//,
  );
  t.regex(await say("list", "bob"), /may not read this any more/);
  await t.throwsAsync(say("explain", "nobody"), { message: /no account "nobody"/ });
});

test("push rotate-key tells each client under the former key, and then changes it", async (t) => {
  const { service, register, property, say, pool } = await prepare(t);
  const key = () => property("alice", CALENDAR, "P:transports", "vapid-public-key");
  const former = await key();
  const [one, other] = [service.receiver(), service.receiver()];
  await register("alice", CALENDAR, one);
  await register("alice", "/dav/calendars/alice/tasks/", one);
  await register("bob", "/dav/calendars/bob/calendar/", other);
  service.scripts.set(other.path, { status: 410 });
  t.regex(await say("rotate-key"), /^1 of 2 clients were told/);
  t.is(service.received.length, 2);
  const [message] = service.at(one);
  t.is(verifyVapid(message?.headers.authorization).key, former ?? "");
  const xml = message ? one.decrypt(message) : "";
  t.regex(xml, /<P?:?[^>]*property-update/);
  t.regex(xml, /transports/);
  t.notRegex(xml, /topic/);
  const [{ publicKey }] = await loadVapidKeys(pool);
  t.not(publicKey, former);
});

test("webhook add, list, renew and remove are what the endpoint does", async (t) => {
  const { service, change, start, hook } = await prepare(t);
  const { url } = service.receiver();
  const said =
    "--collection calendars/calendar --change created --change deleted --component vevent --text x --others --content --within-hours 2.5 --category work";
  const added = await hook("add", "alice", url, ...said.split(" "));
  t.regex(added, /^added [0-9a-f]{32}\n.*whsec_/);
  const [shown] = JSON.parse(await hook("list", "alice", "--json"));
  t.like(shown, { url, collections: [CALENDAR], form: "json", content: true });
  t.deepEqual(shown.filter, {
    changes: ["created", "deleted"],
    components: ["VEVENT"],
    categories: ["work"],
    text: "x",
    others: true,
    withinHours: 2.5,
  });
  t.regex(
    await hook("list", "alice"),
    /https:\/\/localhost:\d+ +json +\/dav\/calendars\/alice\/calendar\/ +nothing sent yet/,
  );
  t.is(await hook("remove", "alice", shown.id), `removed ${shown.id}\n`);
  await t.throwsAsync(hook("remove", "alice", shown.id), { message: /no webhook/ });
  await t.throwsAsync(hook("renew", "alice", shown.id), { message: /no webhook/ });
  const [, id = "", former = ""] =
    /^added (\w+)\n.*(whsec_.*)/.exec(await hook("add", "alice", url)) ?? [];
  const [, renewed = ""] = /: (whsec_.*)/.exec(await hook("renew", "alice", id)) ?? [];
  await start();
  await change("PUT", `${CALENDAR}a.ics`, event("a"));
  await service.until(1);
  const { headers, body } = service.received[0] ?? t.fail();
  const named = [headers["webhook-id"], headers["webhook-timestamp"], body.toString()];
  const signed = named.map(String).join(".");
  const signatures = [renewed, former].map((secret) => {
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    return `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  });
  t.is(headers["webhook-signature"], signatures.join(" "), "by the new secret, then the former");
});

test("wrong arguments are told in words", async (t) => {
  const { say, hook } = await prepare(t);
  await t.throwsAsync(say(), { instanceOf: UsageError });
  await t.throwsAsync(say("tset"), { message: /say one of list, test, explain, rotate-key/ });
  await t.throwsAsync(say("test"), { message: /push test ID/ });
  await t.throwsAsync(hook("add", "alice"), { message: /webhook add NAME URL/ });
  await t.throwsAsync(hook("add", "alice", "https://10.0.0.1/"), {
    message: /not at a public address/,
  });
  await t.throwsAsync(hook("add", "nobody", "https://example.org/"), {
    message: /no account nobody/,
  });
  await t.throwsAsync(hook("add", "alice", "https://example.org/", "--form", "fax"), {
    message: /form/,
  });
  await t.throwsAsync(hook("add", "alice", "https://example.org/", "--within-hours", "x"), {
    message: /withinHours/,
  });
});
