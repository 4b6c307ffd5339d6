/**
 * The benchmark: what each request of a syncing client costs, on a small and a large collection, in
 * CPU time of the server's and of PostgreSQL's processes. Linux only, since it reads /proc.
 */
import { mkdir, mkdtemp, chmod, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client } from "./client.ts";
import { fill, type Sample } from "./load.ts";
import { measure } from "./measure.ts";
import { startBare, startServer, type Running } from "./processes.ts";
import { growth, save, table, type Row } from "./report.ts";
import { placeOf, SCENARIOS, tidy, type Place } from "./scenarios.ts";

const HELP = `npm run bench -- [OPTIONS]
  --seconds N      measure each scenario for so long (5)
  --connections N  requests under way at once (4)
  --sizes N,N      events in the calendars (1000,50000)
  --only TEXT      scenarios whose name contains the text
  --data FOLDER    use and keep this folder, so that the next run needs no loading
  --profile FOLDER write CPU profiles of the server's processes there
`;

const { values: given } = parseArgs({
  options: {
    seconds: { type: "string", default: "5" },
    connections: { type: "string", default: "4" },
    sizes: { type: "string", default: "1000,50000" },
    only: { type: "string", default: "" },
    data: { type: "string" },
    profile: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const seconds = Number(given.seconds);
const connections = Number(given.connections);

function samples(): Sample[] {
  return given.sizes.split(",").map((size) => ({ user: `events-${size}`, events: Number(size) }));
}

/** CPU milliseconds of an answer that is nothing but HTTP. */
async function measureBare(folder: string): Promise<Row> {
  const server = await startBare(folder);
  const client = new Client(server.port, "nobody", connections);
  const request = { method: "GET", path: "/" };
  const figures = await measure(
    { client, pid: server.pid, connections, seconds },
    () => request,
    200,
  );
  client.close();
  await server.stop();
  return { scenario: "a bare HTTP answer", events: null, aim: null, figures };
}

/** Measures each scenario at each place, after a round that lets the server's code be compiled. */
async function measureAll({ pid }: Running, places: readonly Place[]): Promise<Row[]> {
  const rows: Row[] = [];
  const chosen = SCENARIOS.filter(({ name }) => name.includes(given.only));
  const [first] = places;
  for (const { status, prepare } of chosen) {
    if (first === undefined) break;
    const load = { client: first.client, pid, connections, seconds: seconds / 5 };
    await measure(load, await prepare(first), status);
  }
  for (const { name, aim, status, prepare } of chosen) {
    for (const place of places) {
      const { client, events } = place;
      process.stderr.write(`${name}, ${events} events\n`);
      const load = { client, pid, connections, seconds };
      const figures = await measure(load, await prepare(place), status);
      rows.push({ scenario: name, events, aim: aim ?? null, figures });
    }
  }
  return rows;
}

async function measureServer(folder: string): Promise<Row[]> {
  const data = { PUSHDAV_DATA: join(folder, "data") };
  const profile = given.profile && {
    NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${given.profile}`,
  };
  await fill(data, samples());
  const server = await startServer(folder, { ...data, ...profile });
  const places = samples().map(({ user, events }) =>
    placeOf(new Client(server.port, user, connections), user, events),
  );
  try {
    const rows = await measureAll(server, places);
    for (const place of places) await tidy(place);
    return rows;
  } finally {
    for (const { client } of places) client.close();
    await server.stop();
  }
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-bench-"));
  // So that, when we are root, the database's user can enter it and nothing is put elsewhere.
  await chmod(folder, 0o755);
  return folder;
}

async function removeFolder(folder: string): Promise<void> {
  const database = await realpath(join(folder, "data/postgres")).catch(() => null);
  if (database !== null) await rm(database, { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
}

async function bench(): Promise<void> {
  const folder = given.data ?? (await temporaryFolder());
  await mkdir(folder, { recursive: true });
  try {
    const bare = await measureBare(folder);
    const rows = [bare, ...(await measureServer(folder))];
    const run = { seconds, connections, bare: bare.figures.serverCpu, rows };
    process.stdout.write(`\n${table(run)}${growth(run)}\n${save(run)}\n`);
  } finally {
    if (given.data === undefined) await removeFolder(folder);
  }
}

if (given.help) process.stdout.write(HELP);
else await bench();
