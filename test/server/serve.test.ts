import { existsSync } from "node:fs";
import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { Client } from "pg";
import { isAlive } from "../../server/postgres/processes.ts";
import { dataFolder, runCommand, startServe, until, type Serving } from "../support/serve.ts";
import { Teardowns } from "../support/teardowns.ts";

const PASSWORD = /Password {3}([a-z0-9-]+)/;

async function postmasterPid(data: string): Promise<number> {
  const file = join(data, "postgres/cluster/postmaster.pid");
  return Number.parseInt(await readFile(file, "utf8"), 10);
}

async function databaseUrl(data: string): Promise<string> {
  const home = await realpath(join(data, "postgres"));
  const password = (await readFile(join(home, "password"), "utf8")).trim();
  return `postgresql://pushdav:${password}@/pushdav?host=${encodeURIComponent(home)}`;
}

async function query(data: string, statement: string): Promise<unknown[]> {
  const client = new Client({ connectionString: await databaseUrl(data) });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

/** @throws TimeoutError when there is no answer */
async function status(url: string, authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  return (await fetch(url, { headers, signal: AbortSignal.timeout(60_000) })).status;
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

const teardowns = new Teardowns();
test.after.always(() => teardowns.run());
const lasting = dataFolder(teardowns);
/** The server on the lasting data folder: a test finds the one that the test before left, since every start costs seconds. */
let server: Serving;
const NAMES = "select distinct display_name from principal";

test.serial(
  "the first start makes an account and prints its password, a second one is quick and keeps all",
  async (t) => {
    const data = await dataFolder(t);
    const first = await startServe(t, { PUSHDAV_DATA: data });
    const password = PASSWORD.exec(first.said())?.[1] ?? "";
    t.is(await status(`${first.url}/healthz`), 200);
    t.is(await status(`${first.url}/readyz`), 200);
    t.is(await status(`${first.url}/dav/`), 401);
    t.not(await status(`${first.url}/dav/`, basic("admin", password)), 401);

    const postmaster = await postmasterPid(data);
    first.child.kill("SIGINT");
    t.is((await first.ended).code, 0);
    t.false(isAlive(postmaster));
    t.false(existsSync(join(data, "postgres/cluster/postmaster.pid")));

    const second = await startServe(t, { PUSHDAV_DATA: data });
    t.notRegex(second.said(), PASSWORD);
    t.not(await status(`${second.url}/dav/`, basic("admin", password)), 401);
  },
);

test.serial(
  "the first account's name and password can be given, and the password is not printed",
  async (t) => {
    server = await startServe(teardowns, {
      PUSHDAV_DATA: await lasting,
      PUSHDAV_ADMIN_USER: "ann",
      PUSHDAV_ADMIN_PASSWORD: "correct horse",
    });
    t.not(await status(`${server.url}/dav/`, basic("ann", "correct horse")), 401);
    t.notRegex(server.said(), /correct horse/);
  },
);

test.serial(
  "a second start on the same data folder says so and exits, and the first goes on",
  async (t) => {
    const second = await runCommand(t, ["serve"], { PORT: "0", PUSHDAV_DATA: await lasting }).ended;
    t.is(second.code, 1);
    t.regex(second.errors, new RegExp(`already running.*serve, pid ${server.pid}`));
    t.is(await status(`${server.url}/readyz`), 200);
  },
);

test.serial("of two first starts at once one wins", async (t) => {
  const PUSHDAV_DATA = await dataFolder(t);
  const variables = { PORT: "0", PUSHDAV_WORKERS: "1", PUSHDAV_DATA };
  const starts = [runCommand(t, ["serve"], variables), runCommand(t, ["serve"], variables)];
  const loser = await Promise.race(starts.map((start) => start.ended));
  t.is(loser.code, 1);
  t.regex(loser.errors, /already running/);
  await until("the winner listens", () =>
    starts.some((start) => start.said().includes('"listening"')),
  );
});

test.serial(
  "after kill -9 of the supervisor the workers end, and the next start takes the left-over database",
  async (t) => {
    const data = await lasting;
    const leftOver = await postmasterPid(data);
    await query(data, "update principal set display_name = 'kept'");
    server.child.kill("SIGKILL");
    await server.ended;
    t.true(isAlive(leftOver));
    await until("the workers have ended", () =>
      status(server.url).then(
        () => false,
        () => true,
      ),
    );

    server = await startServe(teardowns, { PUSHDAV_DATA: data });
    t.not(await postmasterPid(data), leftOver);
    t.false(isAlive(leftOver));
    t.deepEqual(await query(data, NAMES), [{ display_name: "kept" }]);
  },
);

test.serial(
  "after kill -9 of everything the next start recovers from a stale postmaster.pid",
  async (t) => {
    const data = await lasting;
    await query(data, "update principal set display_name = 'kept again'");
    const postmaster = await postmasterPid(data);
    server.child.kill("SIGKILL");
    process.kill(postmaster, "SIGKILL");
    await server.ended;
    t.true(existsSync(join(data, "postgres/cluster/postmaster.pid")));

    server = await startServe(teardowns, { PUSHDAV_DATA: data });
    t.deepEqual(await query(data, NAMES), [{ display_name: "kept again" }]);
  },
);

test.serial(
  "a stale postmaster.pid whose number another program has now does not stop a start",
  async (t) => {
    const data = await lasting;
    const file = join(data, "postgres/cluster/postmaster.pid");
    const stale = await readFile(file, "utf8");
    server.child.kill("SIGINT");
    await server.ended;
    await writeFile(file, stale.replace(/^\d+/, String(process.pid)));

    server = await startServe(teardowns, { PUSHDAV_DATA: data });
    t.is(await status(`${server.url}/readyz`), 200);
  },
);

test.serial("a database process that crashes alone costs a moment, not the server", async (t) => {
  const data = await lasting;
  const client = new Client({ connectionString: await databaseUrl(data) });
  client.on("error", () => undefined);
  await client.connect();
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  t.true(Number(rows[0]?.pid) > 1);
  process.kill(Number(rows[0]?.pid), "SIGKILL");
  await until("the server is ready again", async () => {
    const serving = await status(`${server.url}/readyz`);
    return serving === 200 && /starting it again/.test(server.said());
  });
  const again = await runCommand(t, ["serve"], { PORT: "0", PUSHDAV_DATA: data }).ended;
  t.regex(again.errors, /already running/);
});

test.serial(
  "a database killed under a running server is started again, and requests work again",
  async (t) => {
    const data = await lasting;
    const killed = await postmasterPid(data);
    process.kill(killed, "SIGKILL");
    await until("the server is ready again", async () => {
      const ready = (await status(`${server.url}/readyz`)) === 200;
      return ready && (await postmasterPid(data)) !== killed;
    });
    t.is(server.child.exitCode, null);
  },
);

test.serial(
  "a port that is in use is told in one line, and the database stops again",
  async (t) => {
    const data = await dataFolder(t);
    const variables = { PORT: String(server.port), PUSHDAV_HOST: "127.0.0.1", PUSHDAV_DATA: data };
    const second = await runCommand(t, ["serve"], variables).ended;
    t.is(second.code, 1);
    t.regex(second.errors, new RegExp(`pushdav: port ${server.port} .*in use`));
    t.notRegex(second.errors, /at .*\.ts/);
    t.false(existsSync(join(data, "postgres/cluster/postmaster.pid")));
  },
);

test.serial("Ctrl-C right after the database was lost ends the server all the same", async (t) => {
  process.kill(await postmasterPid(await lasting), "SIGKILL");
  server.child.kill("SIGINT");
  t.is((await server.ended).code, 0);
});

test.serial("an unfinished first start is begun anew", async (t) => {
  const data = await dataFolder(t);
  const first = runCommand(t, ["serve"], { PORT: "0", PUSHDAV_DATA: data });
  await until("initdb runs", () => existsSync(join(data, `postgres/new-${first.pid}/cluster`)));
  first.child.kill("SIGKILL");
  await first.ended;
  const second = await startServe(t, { PUSHDAV_DATA: data });
  t.is(await status(`${second.url}/readyz`), 200);
});

test.serial(
  "npm start works with a very long data folder, and a stop signal reaches it",
  async (t) => {
    const data = join(await dataFolder(t), "x".repeat(120));
    await mkdir(join(data, ".."), { recursive: true });
    const variables = { PORT: "0", PUSHDAV_HOST: "127.0.0.1", PUSHDAV_WORKERS: "1" };
    const root = join(import.meta.dirname, "../..");
    const npm = runCommand(t, [`--prefix=${root}`], { ...variables, PUSHDAV_DATA: data }, [
      "npm",
      "start",
    ]);
    const pid = await until("the server listens", () =>
      Number(/"pid":(\d+).*"msg":"listening"/.exec(npm.said())?.[1]),
    );
    npm.child.kill("SIGTERM");
    await until("the server has ended", () => !isAlive(pid));
    t.pass();
  },
);
