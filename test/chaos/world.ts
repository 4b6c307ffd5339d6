/** What the chaos happens in: a database server, two pushdav servers on it, push services, accounts. */
import { setTimeout as sleep } from "node:timers/promises";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { chmod, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAccount } from "../../server/accounts/accounts.ts";
import { EmbeddedPostgres } from "../../server/postgres/embedded.ts";
import { createPool } from "../../server/store/pool.ts";
import { runCommand, type Running } from "../support/serve.ts";
import { authorization, PASSWORD } from "../support/server.ts";
import type { Chance } from "./random.ts";
import { openServices, type Surroundings } from "./surroundings.ts";

export const USERS = ["alice", "bob", "carol", "dave"] as const;

/** Milliseconds after which a request is given up: its server may have been killed. */
const PATIENCE = 15_000;

export interface World extends Surroundings {
  readonly postgres: EmbeddedPostgres;
  readonly servers: readonly Server[];
  readonly close: () => Promise<void>;
}

/** A pushdav server that comes back after it was killed, on the same port. */
export class Server {
  readonly #url: string;
  readonly #variables: Readonly<Record<string, string>>;
  #running: Running | null = null;

  constructor(port: number, variables: Readonly<Record<string, string>>) {
    this.#url = `http://127.0.0.1:${port}`;
    this.#variables = { ...variables, PORT: String(port), PUSHDAV_HOST: "127.0.0.1" };
  }

  /** Where it is; null while it is not up. */
  get url(): string | null {
    return this.#running && this.#url;
  }

  /** Starts it, and again when it ends before it is up, as a service manager does: the database may be away. */
  async start(): Promise<void> {
    while (this.#running === null) {
      const started = runCommand({ teardown: () => undefined }, ["serve"], this.#variables);
      if (await this.#comesUp(started)) this.#running = started;
    }
  }

  async #comesUp({ child }: Running): Promise<boolean> {
    while (child.exitCode === null && child.signalCode === null) {
      const answer = await fetch(`${this.#url}/healthz`).catch(() => null);
      if (answer?.ok) return true;
      await sleep(100);
    }
    return false;
  }

  /** Kills one of its worker processes. */
  async killWorker(chance: Chance): Promise<void> {
    const children = await childrenOf(this.#running?.pid ?? 0);
    if (children.length > 0) kill(chance.pick(children));
  }

  /** Kills all of it, and starts it again after a while. */
  async killAndStart(pause: number): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = null;
    for (const pid of [running.pid, ...(await childrenOf(running.pid))]) kill(pid);
    await running.ended;
    await sleep(pause);
    await this.start();
  }

  async stop(): Promise<void> {
    this.#running?.child.kill("SIGTERM");
    await this.#running?.ended;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  return text
    .split(" ")
    .map(Number)
    .filter((child) => child > 1);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself.
  }
}

async function openPostgres(teardown: World["teardown"]): Promise<EmbeddedPostgres> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-chaos-"));
  // So that, when we are root, the database's user can enter it and nothing is put elsewhere.
  await chmod(folder, 0o755);
  teardown(async () => {
    const home = await realpath(join(folder, "postgres")).catch(() => folder);
    await rm(home, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  });
  const postgres = await EmbeddedPostgres.open({
    dataFolder: folder,
    purpose: "chaos",
    share: false,
    durable: true,
    notice: () => undefined,
    onLost: (error) => process.stderr.write(`${error.message}\n`),
  });
  teardown(() => postgres.stop());
  return postgres;
}

/** Opens a world; `close` leaves nothing of it, and nothing is left when it cannot be opened. */
export async function openWorld(chance: Chance): Promise<World> {
  const work: (() => unknown)[] = [];
  const teardown = (one: () => unknown) => void work.unshift(one);
  const close = async () => {
    for (const one of work.splice(0)) await one();
  };
  try {
    return { ...(await fill(teardown, chance)), teardown, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function fill(teardown: World["teardown"], chance: Chance) {
  const postgres = await openPostgres(teardown);
  const { service, apns, variables } = await openServices(teardown);
  const all = {
    ...variables,
    DATABASE_URL: postgres.url,
    PUSHDAV_AUTO_MIGRATE: "1",
    PUSHDAV_PUSH_WINDOW: "1",
    PUSHDAV_WORKERS: "1",
  };
  // A port of its own, which it has again when its last worker was killed.
  const ports = [await freePort(), await freePort()];
  const servers = ports.map((port) => new Server(port, all));
  for (const server of servers) {
    teardown(() => server.stop());
    await server.start();
  }
  const pool = createPool({
    url: postgres.url,
    size: 4,
    statementTimeout: 30_000,
    name: "chaos",
    onError: () => undefined,
  });
  teardown(() => pool.end());
  for (const name of USERS) await createAccount(pool, { name, password: PASSWORD });
  const origin = () => {
    const up = servers.map(({ url }) => url).filter((url) => url !== null);
    return up.length === 0 ? "http://127.0.0.1:9" : chance.pick(up);
  };
  return { pool, postgres, service, apns, servers, origin, send: sender(origin) };
}

function sender(origin: () => string): Surroundings["send"] {
  return async ({ method, target, user, headers, body }) => {
    const response = await fetch(new URL(target, origin()), {
      method,
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
      headers: { ...(user !== null && { authorization: authorization(user) }), ...headers },
      ...(body !== "" && { body }),
    });
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
}
