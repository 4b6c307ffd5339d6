import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import test from "ava";
import type { Middleware } from "koa";
import { startTestServer } from "../../support/app.ts";

/** Answers after so many milliseconds. */
const slow =
  (milliseconds: number): Middleware =>
  async (ctx) => {
    await sleep(milliseconds);
    ctx.body = "done";
  };

test("closing lets a running request finish and takes no new one", async (t) => {
  const server = await startTestServer(t, { routes: [slow(500)] });
  const running = fetch(server.url);
  await sleep(100);
  const closed = server.close(10);
  await t.throwsAsync(fetch(server.url));
  const response = await running;
  t.is(await response.text(), "done");
  t.is(response.headers.get("connection"), "close");
  await closed;
});

test("closing cuts off what takes longer than the time it is given", async (t) => {
  const server = await startTestServer(t, { routes: [slow(30_000)] });
  const running = t.throwsAsync(fetch(server.url));
  await sleep(100);
  const began = Date.now();
  await server.close(0.3);
  t.true(Date.now() - began < 3000);
  await running;
});

test("closing does not wait for idle connections that are kept alive", async (t) => {
  const server = await startTestServer(t, { routes: [slow(0)] });
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve) => {
    get(server.url, { agent }, (response) => response.resume().once("end", () => resolve()));
  });
  const began = Date.now();
  await server.close(10);
  t.true(Date.now() - began < 3000);
  agent.destroy();
});
