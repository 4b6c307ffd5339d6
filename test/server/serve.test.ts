import { existsSync } from "node:fs";
import { mkdir, readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import test from "ava";
import { Client } from "pg";
import { isAlive } from "../../server/postgres/processes.ts";
import { dataFolder, runCommand, startServe, until } from "../support/serve.ts";

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

async function status(url: string, authorization?: string): Promise<number> {
  const headers = authorization === undefined ? {} : { authorization };
  return (await fetch(url, { headers })).status;
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
}

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
    const PUSHDAV_DATA = await dataFolder(t);
    const account = { PUSHDAV_ADMIN_USER: "ann", PUSHDAV_ADMIN_PASSWORD: "correct horse" };
    const server = await startServe(t, { PUSHDAV_DATA, ...account });
    t.not(await status(`${server.url}/dav/`, basic("ann", "correct horse")), 401);
    t.notRegex(server.said(), /correct horse/);
  },
);

test.serial(
  "a second start on the same data folder says so and exits, and the first goes on",
  async (t) => {
    const data = await dataFolder(t);
    const first = await startServe(t, { PUSHDAV_DATA: data });
    const second = await runCommand(t, ["serve"], { PORT: "0", PUSHDAV_DATA: data }).ended;
    t.is(second.code, 1);
    t.regex(second.errors, new RegExp(`already running.*serve, pid ${first.pid}`));
    t.is(await status(`${first.url}/readyz`), 200);
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
    const data = await dataFolder(t);
    const first = await startServe(t, { PUSHDAV_DATA: data });
    const leftOver = await postmasterPid(data);
    await query(data, "update principal set display_name = 'kept'");
    first.child.kill("SIGKILL");
    await first.ended;
    t.true(isAlive(leftOver));
    await until("the workers have ended", () =>
      fetch(first.url).then(
        () => false,
        () => true,
      ),
    );

    await startServe(t, { PUSHDAV_DATA: data });
    t.not(await postmasterPid(data), leftOver);
    t.false(isAlive(leftOver));
    t.deepEqual(await query(data, "select display_name from principal"), [
      { display_name: "kept" },
    ]);
  },
);

test.serial(
  "after kill -9 of everything the next start recovers from a stale postmaster.pid",
  async (t) => {
    const data = await dataFolder(t);
    const first = await startServe(t, { PUSHDAV_DATA: data });
    await query(data, "update principal set display_name = 'kept'");
    const postmaster = await postmasterPid(data);
    first.child.kill("SIGKILL");
    process.kill(postmaster, "SIGKILL");
    await first.ended;
    t.true(existsSync(join(data, "postgres/cluster/postmaster.pid")));

    await startServe(t, { PUSHDAV_DATA: data });
    t.deepEqual(await query(data, "select display_name from principal"), [
      { display_name: "kept" },
    ]);
  },
);

test.serial(
  "a stale postmaster.pid whose number another program has now does not stop a start",
  async (t) => {
    const data = await dataFolder(t);
    const first = await startServe(t, { PUSHDAV_DATA: data });
    const file = join(data, "postgres/cluster/postmaster.pid");
    const stale = await readFile(file, "utf8");
    first.child.kill("SIGINT");
    await first.ended;
    await writeFile(file, stale.replace(/^\d+/, String(process.pid)));

    const second = await startServe(t, { PUSHDAV_DATA: data });
    t.is(await status(`${second.url}/readyz`), 200);
  },
);

test.serial(
  "a database killed under a running server is started again, and requests work again",
  async (t) => {
    const data = await dataFolder(t);
    const server = await startServe(t, { PUSHDAV_DATA: data });
    const killed = await postmasterPid(data);
    process.kill(killed, "SIGKILL");
    await until("the server is ready again", async () => {
      const ready = (await status(`${server.url}/readyz`)) === 200;
      return ready && (await postmasterPid(data)) !== killed;
    });
    server.child.kill("SIGINT");
    t.is((await server.ended).code, 0);
  },
);

test.serial("a database process that crashes alone costs a moment, not the server", async (t) => {
  const data = await dataFolder(t);
  const server = await startServe(t, { PUSHDAV_DATA: data });
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
  "a port that is in use is told in one line, and the database stops again",
  async (t) => {
    const first = await startServe(t, { PUSHDAV_DATA: await dataFolder(t) });
    const data = await dataFolder(t);
    const variables = { PORT: String(first.port), PUSHDAV_HOST: "127.0.0.1", PUSHDAV_DATA: data };
    const second = await runCommand(t, ["serve"], variables).ended;
    t.is(second.code, 1);
    t.regex(second.errors, new RegExp(`pushdav: port ${first.port} .*in use`));
    t.notRegex(second.errors, /at .*\.ts/);
    t.false(existsSync(join(data, "postgres/cluster/postmaster.pid")));
  },
);

test.serial("a data folder with a very long name works", async (t) => {
  const data = join(await dataFolder(t), "x".repeat(120));
  await mkdir(join(data, ".."), { recursive: true });
  const server = await startServe(t, { PUSHDAV_DATA: data });
  t.is(await status(`${server.url}/readyz`), 200);
});

test.serial("a stop signal to npm start reaches the server", async (t) => {
  const data = await dataFolder(t);
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
});
