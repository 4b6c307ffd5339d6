import { request } from "node:http";
import test from "ava";
import type { Middleware } from "koa";
import { isOutage } from "../../server/failure.ts";
import { createPool } from "../../server/store/pool.ts";
import { startTestServer, type TestServer } from "../support/app.ts";
import { until } from "../support/serve.ts";

const showOrigin: Middleware = (ctx) => {
  ctx.body = `${ctx.state["origin"]} ${ctx.ip}`;
};

const breakDown: Middleware = () => {
  throw new Error("the secret reason");
};

/** As fetch, with any Host header. */
function withHost({ port }: TestServer, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { port, host: "127.0.0.1", path: "/", headers: { host } };
    request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on("error", reject)
      .end();
  });
}

test("a request keeps the id it came with, and gets one when it has none or a bad one", async (t) => {
  const { url } = await startTestServer(t);
  const idFor = async (headers: Record<string, string>) =>
    (await fetch(`${url}/healthz`, { headers })).headers.get("x-request-id");
  t.is(await idFor({ "x-request-id": "abc-1" }), "abc-1");
  t.regex((await idFor({})) ?? "", /^[\da-f-]{36}$/);
  t.regex((await idFor({ "x-request-id": "a b" })) ?? "", /^[\da-f-]{36}$/);
});

test("an unexpected error answers 500 with the request id and nothing else; the log has the reason", async (t) => {
  const { url, logged } = await startTestServer(t, { routes: [breakDown] });
  const response = await fetch(url, { headers: { "x-request-id": "abc-2" } });
  const body = await response.text();
  t.is(response.status, 500);
  t.regex(body, /abc-2/);
  t.notRegex(body, /secret reason|\.ts/);
  t.true(logged.some((line) => JSON.stringify(line).includes("the secret reason")));
});

test("while the database is away the answer is 503 and says when to ask again", async (t) => {
  const gone = createPool({
    url: "postgresql://ann:hunter2@127.0.0.1:1/x",
    size: 1,
    statementTimeout: 1000,
    name: "test",
    onError: () => {},
  });
  t.teardown(() => gone.end());
  const needsDatabase: Middleware = async (ctx) => {
    ctx.body = await gone.query("select");
  };
  const { url, logged } = await startTestServer(t, { routes: [needsDatabase] });
  const response = await fetch(url);
  t.is(response.status, 503);
  t.is(response.headers.get("retry-after"), "5");
  t.notRegex(await response.text(), /ECONNREFUSED|127\.0\.0\.1/);
  t.true(logged.some((line) => line["msg"] === "no database"));
  const errors = ["Connection terminated unexpectedly", "Client was closed and is not queryable"];
  for (const message of errors) t.true(isOutage(new Error(message)));
  t.false(isOutage(new Error("a fault of the program")));
});

test("each request is logged once, without query, password or header", async (t) => {
  const { url, logged } = await startTestServer(t, { routes: [showOrigin] });
  const authorization = `Basic ${Buffer.from("ann:hunter2").toString("base64")}`;
  await fetch(`${url}/push/apple?token=feedface`, { headers: { authorization } });
  const requests = () => logged.filter((line) => line["msg"] === "request");
  await until("it is logged", () => requests().length > 0);
  await fetch(`${url}/healthz`);
  const lines = requests().filter((line) => line["path"] !== "/healthz");
  t.is(lines.length, 1);
  t.like(lines[0], { method: "GET", path: "/push/apple", status: 200, address: "127.0.0.1" });
  t.notRegex(JSON.stringify(logged), /feedface|hunter2|Basic/);
});

test("the page of a login, which lets in whoever knows it, is not named in the log", async (t) => {
  const { url, logged } = await startTestServer(t);
  t.is((await fetch(`${url}/login/v2/flow/${"s3cret-".repeat(6)}x`)).status, 404);
  await until("it is logged", () => logged.some((line) => line["path"] === "/login/v2/flow/..."));
  t.notRegex(JSON.stringify(logged), /s3cret/);
});

test("absolute URLs follow the Host header, a trusted proxy, or the public URL", async (t) => {
  const headers = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "dav.example.org",
  };
  const answerOf = async (variables: Record<string, string>) => {
    const server = await startTestServer(t, { variables, routes: [showOrigin] });
    const text = await (await fetch(server.url, { headers })).text();
    return text.replace(server.url, "SELF");
  };
  t.is(await answerOf({}), "SELF 127.0.0.1");
  t.is(
    await answerOf({ PUSHDAV_TRUSTED_PROXIES: "loopback" }),
    "https://dav.example.org 203.0.113.9",
  );
  t.is(await answerOf({ PUSHDAV_PUBLIC_URL: "https://a.example" }), "https://a.example 127.0.0.1");
});

test("a malformed Host header answers 400", async (t) => {
  const server = await startTestServer(t, { routes: [showOrigin] });
  t.is(await withHost(server, "dav.example.org:8080"), 200);
  for (const host of ["a.example/<x>", "a.example:99999", "[::::]", "1.2.3.4.5"]) {
    t.is(await withHost(server, host), 400, host);
  }
});

test("healthz tells that the process lives, readyz whether the schema is right", async (t) => {
  const { url, pool } = await startTestServer(t);
  t.is((await fetch(`${url}/healthz`)).status, 200);
  t.is((await fetch(`${url}/readyz`)).status, 200);
  await pool.query("insert into migration (name, run_on) values ('9999_later', now())");
  const response = await until("the change is noticed", async () => {
    const answer = await fetch(`${url}/readyz`);
    return answer.status === 503 ? answer : null;
  });
  t.regex(await response.text(), /too new.*9999_later/);
});

test("metrics are for this machine, and not for what comes through a proxy on it", async (t) => {
  const { url } = await startTestServer(t);
  t.is((await fetch(`${url}/metrics`)).status, 200);
  const headers = { "x-forwarded-for": "203.0.113.9" };
  t.is((await fetch(`${url}/metrics`, { headers })).status, 403);
});

test("with a token metrics are for who has it", async (t) => {
  const { url } = await startTestServer(t, { variables: { PUSHDAV_METRICS_TOKEN: "s3cret" } });
  const statusWith = async (authorization: string) =>
    (await fetch(`${url}/metrics`, { headers: { authorization } })).status;
  t.is((await fetch(`${url}/metrics`)).status, 403);
  t.is(await statusWith("Bearer wrong"), 403);
  t.is(await statusWith("Bearer s3cret"), 200);
});
