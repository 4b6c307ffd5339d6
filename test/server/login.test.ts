import test from "ava";
import { appPassword } from "../../server/commands/app-password.ts";
import { user } from "../../server/commands/user.ts";
import { commandsOver } from "../support/command.ts";
import { eventually } from "../support/push.ts";
import { startPushService } from "../support/push-service.ts";
import { PASSWORD, testServer } from "../support/server.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const HOME = "/dav/calendars/alice/";

function basic(name: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}` };
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString();

interface Flow {
  poll: { token: string; endpoint: string };
  login: string;
}

test("Login Flow v2: a client is let in on a page, gets an app password once, and finds its homes with it", async (t) => {
  const { origin } = await testServer(t);
  const begun = await fetch(`${origin}/index.php/login/v2`, {
    method: "POST",
    headers: { "user-agent": "DAVx5/4.4 <script>alert(1)</script>" },
  });
  const flow = (await begun.json()) as Flow;
  const poll = () =>
    fetch(flow.poll.endpoint, {
      method: "POST",
      headers: FORM,
      body: form({ token: flow.poll.token }),
    });
  const logIn = (password: string, headers: Record<string, string> = {}) =>
    fetch(flow.login, {
      method: "POST",
      headers: { ...FORM, ...headers },
      body: form({ user: "alice", password }),
    });
  t.is((await poll()).status, 404);

  const page = await fetch(flow.login);
  const html = await page.text();
  t.true(html.includes("DAVx5/4.4 &lt;script&gt;"));
  t.false(html.includes("<script>"));
  t.regex(
    page.headers.get("content-security-policy") ?? "",
    /^default-src 'none'; style-src 'sha256-/,
  );
  t.is(page.headers.get("x-frame-options"), "DENY");
  t.is(page.headers.get("cache-control"), "no-store");

  t.is((await logIn("wrong")).status, 403);
  t.is((await logIn(PASSWORD, { origin: "https://evil.example" })).status, 403);
  t.is((await logIn(PASSWORD, { "sec-fetch-site": "cross-site" })).status, 403);
  t.is((await poll()).status, 404, "nobody was let in so far");
  t.is((await logIn(PASSWORD, { origin })).status, 200);
  t.is((await logIn(PASSWORD)).status, 404, "the page works once");

  const told = await poll();
  t.is(told.status, 200);
  const {
    server,
    loginName,
    appPassword: password,
  } = (await told.json()) as Record<string, string>;
  t.is((await poll()).status, 404, "the password is told once");
  t.is(server, origin);
  const headers = { ...basic(loginName ?? "", password ?? ""), depth: "0" };
  const found = await fetch(`${server}/remote.php/dav/`, {
    method: "PROPFIND",
    headers,
    redirect: "manual",
  });
  t.is(found.status, 301);
  t.is(found.headers.get("location"), "/dav/");
  t.is((await fetch(`${origin}${HOME}`, { method: "PROPFIND", headers })).status, 207);

  const other = (await (await fetch(`${origin}/login/v2`, { method: "POST" })).json()) as Flow;
  const body = form({ user: "alice", password: password ?? "" });
  const refused = await fetch(other.login, { method: "POST", headers: FORM, body });
  t.is(refused.status, 403, "an app password makes no other");
});

test("only so many logins of one address wait, and a page nobody made is not there", async (t) => {
  const { origin } = await testServer(t);
  const statuses = new Set<number>();
  for (let i = 0; i < 21; i += 1) {
    statuses.add((await fetch(`${origin}/login/v2`, { method: "POST" })).status);
  }
  t.deepEqual([...statuses], [200, 429]);
  t.is((await fetch(`${origin}/login/v2/flow/${"a".repeat(43)}`)).status, 404);
  const body = form({ token: "a".repeat(10_000) });
  const long = await fetch(`${origin}/login/v2/poll`, { method: "POST", headers: FORM, body });
  t.is(long.status, 413);
});

test("an app password lets in until it is revoked, and what was subscribed to with it ends then", async (t) => {
  const service = await startPushService(t);
  const { origin, pool, url } = await testServer(t, { environment: service.environment });
  const { run } = commandsOver({ pool, url });
  const { output } = await run(appPassword, ["add", "alice", "Alice's phone"]);
  const [, id = "", password = ""] = /^added (\d+);.*\n(\S+)\n$/.exec(output) ?? [];
  const headers = { ...basic("alice", password), depth: "0" };
  const look = async () =>
    (await fetch(`${origin}${HOME}`, { method: "PROPFIND", headers })).status;
  t.is(await look(), 207);
  t.is(await look(), 207);
  const push = service.receiver();
  const registration = `<push-register xmlns="https://bitfire.at/webdav-push"><subscription><web-push-subscription><push-resource>${push.url}</push-resource><content-encoding>aes128gcm</content-encoding><subscription-public-key type="p256dh">${push.p256dh}</subscription-public-key><auth-secret>${push.auth}</auth-secret></web-push-subscription></subscription><trigger><content-update><depth xmlns="DAV:">1</depth></content-update></trigger></push-register>`;
  const register = (who: Record<string, string>, target: string) =>
    fetch(`${origin}${target}`, {
      method: "POST",
      headers: { ...who, "content-type": "application/xml" },
      body: registration,
    });
  t.is((await register(headers, `${HOME}calendar/`)).status, 201);
  t.is((await register(basic("alice", PASSWORD), `${HOME}tasks/`)).status, 201);
  const listed = JSON.parse((await run(appPassword, ["list", "alice", "--json"])).output);
  t.like(listed, [{ id: Number(id), label: "Alice's phone" }]);
  t.truthy(listed[0].lastUsedAt);

  await run(user, ["passwd", "alice"], "another");
  t.is(await look(), 207, "it does not depend on the password of the account");
  await t.throwsAsync(run(appPassword, ["revoke", "bob", id]), {
    message: /bob has no app password/,
  });
  await run(appPassword, ["revoke", "alice", id]);
  await eventually(async () => (await look()) === 401, "the end of the app password");
  const { rows } = await pool.query("select app_password_id from push_subscription");
  t.deepEqual(rows, [{ app_password_id: null }]);
  t.is((await run(appPassword, ["list", "alice", "--json"])).output, "[]\n");
  const again = await run(appPassword, ["add", "alice", "Tablet"]);
  const other = basic("alice", again.output.trim().split("\n").at(-1) ?? "");
  await run(user, ["disable", "alice"]);
  const status = async () =>
    (await fetch(`${origin}${HOME}`, { method: "PROPFIND", headers: other })).status;
  t.is(await status(), 401, "a disabled account has none that works");
});
