import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import test, { type ExecutionContext } from "ava";
import { readConfig } from "../../../server/config.ts";
import { addPerson, change, count, eventually, settled, subscribe } from "../../support/push.ts";
import { preparePush, type Running, WINDOW } from "../../support/push-running.ts";

/** Starts a pushing process; a lease of 2 s keeps what it claimed from others after it was killed. */
async function startProcess(t: ExecutionContext, running: Running): Promise<ChildProcess> {
  const settings = {
    url: running.databaseUrl,
    config: { ...readConfig({}).push, window: WINDOW, apple: running.config },
    timing: { lease: 2, poll: 0.5, timeout: 30_000 },
  };
  const script = join(import.meta.dirname, "../../support/push-process.ts");
  const child = spawn(process.execPath, [script], {
    env: { ...process.env, PUSH: JSON.stringify(settings) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.teardown(() => child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  child.kill(signal);
  await once(child, "exit");
  return child.exitCode;
}

test("a change committed before kill -9 is pushed after the restart", async (t) => {
  const running = await preparePush(t);
  const { pool, apns } = running;
  const alice = await addPerson(pool, "alice");
  const token = await subscribe(pool, alice);
  const child = await startProcess(t, running);
  child.kill("SIGSTOP");
  await change(pool, alice);
  await end(child, "SIGKILL");
  t.is(apns.received.length, 0);
  await startProcess(t, running);
  await apns.until(1);
  t.is(apns.received[0]?.token, token);
});

test("a push that was on its way at kill -9 is sent again, by another process too", async (t) => {
  const running = await preparePush(t);
  const { pool, apns } = running;
  const alice = await addPerson(pool, "alice");
  const tokens = [await subscribe(pool, alice), await subscribe(pool, alice)];
  apns.script.push("hang", "hang");
  const child = await startProcess(t, running);
  await change(pool, alice);
  await apns.until(2);
  await end(child, "SIGKILL");
  t.is(await count(pool, "push_delivery"), 2);
  await startProcess(t, running);
  await settled(pool);
  t.deepEqual([...new Set(apns.pushed.map(({ token }) => token))].sort(), tokens.sort());
});

test("processes killed at random moments lose no last change", async (t) => {
  const running = await preparePush(t, { delay: 20 });
  const { pool, apns } = running;
  const people = await Promise.all(["alice", "bob"].map((name) => addPerson(pool, name)));
  for (const person of people) for (let i = 0; i < 5; i += 1) await subscribe(pool, person);
  let last = 0;
  for (let round = 0; round < 4; round += 1) {
    const child = await startProcess(t, running);
    for (let i = 0; i < 10; i += 1) {
      for (const person of people) await change(pool, person);
      last = Math.floor(Date.now() / 1000);
      await sleep(Math.random() * 60);
    }
    await end(child, "SIGKILL");
  }
  await startProcess(t, running);
  const told = () =>
    new Set(
      apns.pushed
        .filter(({ payload }) => Number(payload["dataChangedTimestamp"]) >= last)
        .map(({ token }) => token),
    ).size;
  await eventually(() => told() === 10, "all devices told of the last change");
  await settled(pool);
  t.is(told(), 10);
});

test("a process that is told to stop ends cleanly with its connections open", async (t) => {
  const running = await preparePush(t);
  const { pool, apns } = running;
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  await subscribe(pool, alice, "addressbooks");
  const child = await startProcess(t, running);
  await change(pool, alice);
  await change(pool, alice, "addressbooks");
  await apns.until(2);
  t.is(await end(child, "SIGTERM"), 0);
});
