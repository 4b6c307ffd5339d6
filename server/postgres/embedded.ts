import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { errorCode, Failure, isOutage } from "../failure.ts";
import { ensureCluster, readPassword, SUPERUSER } from "./cluster.ts";
import { openPlace, type Place } from "./place.ts";
import {
  findPostmaster,
  readStartLog,
  startPostmaster,
  STOP_WHEN_UNUSED,
  stopPostmaster,
} from "./postmaster.ts";

/** Role and database of the product. */
const PRODUCT = "pushdav";
/** Advisory lock, in the database `postgres`, of whoever runs the embedded server. */
const LOCK = 7_238_411;
/** Advisory lock that guests share; the host takes it whole before it stops a server that others may use. */
const GUESTS = 7_238_412;
/** How long the process that started a server may take to claim it. */
const CLAIM_TIME = "3 seconds";
/** How long a start may take: crash recovery or the end of the server before may be under way. */
const START_TIMEOUT = 120_000;
/** How often a start may fail before it is given up. */
const START_ATTEMPTS = 3;

export interface EmbeddedOptions {
  readonly dataFolder: string;
  /** Shown to others who want the same data folder, such as `serve`. */
  readonly purpose: string;
  /** Whether to use a server that another process runs, or to fail because of it. */
  readonly share: boolean;
  /** False turns fsync off, for tests. */
  readonly durable: boolean;
  /** Called with a line when something takes long or had to be mended. */
  readonly notice: (line: string) => void;
  /** Called when the server is gone and could not be started again. */
  readonly onLost: (error: Error) => void;
}

/**
 * The embedded PostgreSQL server of a data folder, from one process's point of view. The process
 * that holds the advisory lock runs the server; the lock ends with the process, however it ends.
 */
export class EmbeddedPostgres {
  /** Connection string of the product's database, over the Unix socket. */
  readonly url: string;
  /** The same for the cluster's superuser and its maintenance database. */
  readonly adminUrl: string;
  readonly #options: EmbeddedOptions;
  readonly #place: Place;
  readonly #password: string;
  #child: ChildProcess | null = null;
  #lock: Client | null = null;
  /** The connection of a guest, which keeps the server running. */
  #guest: Client | null = null;
  /** A start that is under way; a stop waits for its end, or it would outlive it. */
  #claiming: Promise<void> = Promise.resolve();
  #stopping = false;

  private constructor(options: EmbeddedOptions, place: Place) {
    this.#options = options;
    this.#place = place;
    this.#password = readPassword(place);
    const host = encodeURIComponent(place.socketFolder);
    this.url = `postgresql://${PRODUCT}:${this.#password}@/${PRODUCT}?host=${host}`;
    this.adminUrl = `postgresql://${SUPERUSER}:${this.#password}@/postgres?host=${host}`;
  }

  /**
   * Starts the server, or joins it.
   * @throws Failure when another process has it and it is not to be shared, or it does not start
   */
  static async open(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const place = openPlace(options.dataFolder);
    await ensureCluster(place, options.durable);
    const embedded = new EmbeddedPostgres(options, place);
    await (embedded.#claiming = embedded.#claim());
    return embedded;
  }

  /** Whether this process runs the server, rather than being a guest of another. */
  get owned(): boolean {
    return this.#child !== null;
  }

  /** Process id of the server if this process runs it. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /**
   * Ends this process's part: the server stops if it is ours.
   * @param whenUnused wait until guests have gone, instead of cutting them off
   */
  async stop({ whenUnused = false } = {}): Promise<void> {
    this.#stopping = true;
    await this.#claiming.catch(() => undefined);
    await this.#guest?.end();
    if (whenUnused) await this.#lock?.query("select pg_advisory_lock($1)", [GUESTS]);
    await this.#lock?.end();
    const child = this.#child;
    if (child?.pid === undefined || hasEnded(child)) return;
    if (!whenUnused) return stopPostmaster(child.pid);
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(STOP_WHEN_UNUSED);
    await ended;
  }

  /** Until the lock is ours on a server that is our child, another process turns out to have it, or we are to stop. */
  async #claim(): Promise<void> {
    const started = Date.now();
    let attempts = 0;
    let noticed = false;
    while (Date.now() - started < START_TIMEOUT) {
      if (this.#stopping) return;
      const running =
        this.#child && !hasEnded(this.#child) ? this.#child.pid : findPostmaster(this.#place);
      if (running === null || running === undefined) {
        if (attempts > 0 && !this.#mayRetry(attempts)) throw this.#startFailure();
        attempts += 1;
        this.#start();
      } else if (await this.#tryServer(running)) return;
      if (!noticed && Date.now() - started > 3000) {
        noticed = true;
        this.#options.notice("waiting for the database (it may be recovering from a crash)");
      }
      await sleep(attempts > 1 ? 250 : 20);
    }
    throw this.#startFailure();
  }

  /** Children of a killed server can outlive it for a moment; that is worth waiting for. */
  #mayRetry(attempts: number): boolean {
    return (
      attempts < START_ATTEMPTS || /still in use|already exists/.test(readStartLog(this.#place))
    );
  }

  #startFailure(): Failure {
    const reason = readStartLog(this.#place).split("\n").slice(-3).join(" ");
    return new Failure(`the database in ${this.#place.home} does not start: ${reason}`);
  }

  #start(): void {
    const child = startPostmaster(this.#place, this.#options.durable);
    child.on("error", () => (this.#child = null));
    this.#child = child;
  }

  /** @returns true when the server at hand can be used: it is ours, or may be shared. */
  async #tryServer(pid: number): Promise<boolean> {
    const client = await this.#connect(SUPERUSER);
    if (!client) return false;
    try {
      return await this.#judge(client, pid);
    } catch (error) {
      if (!isOutage(error)) throw error;
      // Another start has just stopped it, since a killed process had left it.
      return false;
    }
  }

  async #judge(client: Client, pid: number): Promise<boolean> {
    const own = this.#child?.pid === pid ? this.#child : null;
    const holder = own ? await takeLock(client) : await findHolder(client);
    if (own && holder === null) {
      await createProduct(client, this.#password);
      this.#hold(client, own);
      return true;
    }
    if (holder !== null && this.#options.share) return this.#join(client);
    const abandoned = holder === null && !(await isYoung(client));
    await client.end();
    if (holder !== null) throw new Failure(`already running on this data folder (${holder})`);
    if (abandoned) {
      this.#options.notice("stopping the database that a killed pushdav left running");
      await stopPostmaster(pid);
    }
    return false;
  }

  /**
   * Becomes a guest for as long as this process needs.
   * @returns false when the host has not made the database of a new cluster yet, or is about to stop
   */
  async #join(client: Client): Promise<boolean> {
    const joined = (await hasProduct(client)) && (await takeShare(client));
    if (joined) this.#guest = client;
    else await client.end();
    return joined;
  }

  /** @returns a connection to the database `postgres`, or null when the server takes none yet. */
  async #connect(user: string): Promise<Client | null> {
    const client = new Client({
      host: this.#place.socketFolder,
      user,
      password: this.#password,
      database: "postgres",
      application_name: `pushdav ${this.#options.purpose}, pid ${process.pid}`,
      connectionTimeoutMillis: 5000,
    });
    client.on("error", () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      if (errorCode(error) !== "28P01") return null;
      throw new Failure(`the database does not take the password in ${this.#place.home}/password`);
    }
  }

  /** Watches over the server and the lock; claims both again when they are lost. */
  #hold(lock: Client, child: ChildProcess): void {
    this.#lock = lock;
    let lost = false;
    const onLoss = () => {
      if (lost || this.#stopping) return;
      lost = true;
      this.#lock = null;
      void lock.end().catch(() => undefined);
      this.#options.notice("the database went away; starting it again");
      this.#claiming = this.#claim();
      this.#claiming.catch(this.#options.onLost);
    };
    lock.once("end", onLoss);
    child.once("exit", onLoss);
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** @returns null when the lock is ours now, else a description of who has it. */
async function takeLock(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ taken: boolean }>(
    "select pg_try_advisory_lock($1) as taken",
    [LOCK],
  );
  return rows[0]?.taken ? null : ((await findHolder(client)) ?? "another process");
}

/** @returns a description of who has the lock, null when nobody has. */
async function findHolder(client: Client): Promise<string | null> {
  const { rows } = await client.query<{ application_name: string }>(
    `select application_name from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and classid = 0 and objid = $1 and granted`,
    [LOCK],
  );
  return rows[0]?.application_name ?? null;
}

/** Whether whoever started the server may be about to take the lock. */
async function isYoung(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ young: boolean }>(
    "select clock_timestamp() - pg_postmaster_start_time() < $1::interval as young",
    [CLAIM_TIME],
  );
  return rows[0]?.young ?? false;
}

async function hasProduct(client: Client): Promise<boolean> {
  const database = await client.query("select from pg_database where datname = $1", [PRODUCT]);
  return database.rowCount === 1;
}

async function takeShare(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>(
    "select pg_try_advisory_lock_shared($1) as taken",
    [GUESTS],
  );
  return rows[0]?.taken ?? false;
}

/** Creates the product's role and database in a new cluster. Either may already be there. */
async function createProduct(client: Client, password: string): Promise<void> {
  const role = await client.query("select from pg_roles where rolname = $1", [PRODUCT]);
  if (role.rowCount === 0) {
    await client.query(`create role ${PRODUCT} login password ${client.escapeLiteral(password)}`);
  }
  if (!(await hasProduct(client)))
    await client.query(`create database ${PRODUCT} owner ${PRODUCT}`);
}
