import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { Agent, get } from "node:http";
import { get as getOverTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import type { Middleware } from "koa";
import { Failure } from "../../../server/failure.ts";
import { startTestServer } from "../../support/app.ts";
import { Authority } from "../../support/certificates.ts";
import { until } from "../../support/serve.ts";

const quick: Middleware = (ctx) => {
  ctx.body = "done";
};

/** A route that says when a request has come and answers when it is let. */
function held() {
  const [come, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const route: Middleware = async (ctx) => {
    come.resolve();
    await go.promise;
    ctx.body = "done";
  };
  return { route, come: come.promise, letGo: go.resolve };
}

test("closing lets a running request finish and takes no new one", async (t) => {
  const { route, come, letGo } = held();
  const server = await startTestServer(t, { routes: [route] });
  const running = fetch(server.url);
  await come;
  const closed = server.close(600);
  await t.throwsAsync(fetch(server.url));
  letGo();
  const response = await running;
  t.is(await response.text(), "done");
  t.is(response.headers.get("connection"), "close");
  await closed;
});

test("closing cuts off what takes longer than the time it is given", async (t) => {
  const { route, come } = held();
  const server = await startTestServer(t, { routes: [route] });
  const running = t.throwsAsync(fetch(server.url));
  await come;
  await server.close(0.3);
  await running;
});

test("closing does not wait for idle connections that are kept alive", async (t) => {
  const server = await startTestServer(t, { routes: [quick] });
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) => {
    get(server.url, { agent }, (response) => response.resume().once("end", () => resolve()));
  });
  await server.close(600);
  agent.destroy();
  t.pass();
});

/** The status of a request over TLS that trusts only this authority. */
function statusOverTls(port: number, ca: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: "localhost", port, path: "/", ca, agent: false };
    getOverTls(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on("error", reject);
  });
}

test("with certificate files it speaks https, and takes a renewed certificate into use", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-tls-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const files = {
    PUSHDAV_TLS_CERT: join(folder, "cert.pem"),
    PUSHDAV_TLS_KEY: join(folder, "key.pem"),
  };
  const write = async (authority: Authority) => {
    const leaf = authority.issue({ subject: { CN: "localhost" }, localhost: true });
    await writeFile(files.PUSHDAV_TLS_KEY, leaf.key);
    await writeFile(files.PUSHDAV_TLS_CERT, leaf.certificate);
  };
  const [first, second] = [new Authority("first"), new Authority("second")];
  await write(first);
  const server = await startTestServer(t, {
    variables: { ...files, PUSHDAV_HOST: "localhost" },
    routes: [quick],
    certificateInterval: 50,
  });
  t.is(await statusOverTls(server.port, first.certificate), 200);
  await write(second);
  await until("the renewed certificate is served", () =>
    statusOverTls(server.port, second.certificate).catch(() => 0),
  );
  await t.throwsAsync(statusOverTls(server.port, first.certificate));
});

test("files that are no certificate are told in one line", async (t) => {
  const variables = { PUSHDAV_TLS_CERT: import.meta.filename, PUSHDAV_TLS_KEY: "/no/such/file" };
  const error = await t.throwsAsync(startTestServer(t, { variables, routes: [] }), {
    instanceOf: Failure,
  });
  t.regex(error.message, /^PUSHDAV_TLS_CERT and PUSHDAV_TLS_KEY must be a PEM certificate/);
});
