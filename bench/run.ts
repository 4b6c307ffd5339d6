/**
 * The benchmark: what each request of a syncing client costs, on a small and a large collection, in
 * CPU time of the server's and of PostgreSQL's processes. Linux only, since it reads /proc.
 */
import { mkdir, mkdtemp, chmod, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client, type Request } from "./client.ts";
import { fill, type Sample } from "./load.ts";
import { cpuOf, measure, type Figures } from "./measure.ts";
import { startBare, startServer, type Running } from "./processes.ts";
import { growth, save, table, type Row } from "./report.ts";
import { placeOf, SCENARIOS, tidy, type Place } from "./scenarios.ts";

const HELP = `npm run bench -- [OPTIONS]
  --rounds N       measure everything so often and keep the best (3)
  --seconds N      measure each scenario for so long in each round (2)
  --connections N  requests under way at once (4)
  --sizes N,N      events in the calendars (1000,50000)
  --only TEXT      scenarios whose name contains the text
  --data FOLDER    use and keep this folder, so that the next run needs no loading
  --profile FOLDER write CPU profiles of the server's processes there
`;

const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "2" },
    connections: { type: "string", default: "4" },
    sizes: { type: "string", default: "1000,50000" },
    only: { type: "string", default: "" },
    data: { type: "string" },
    profile: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const rounds = Number(given.rounds);
const seconds = Number(given.seconds);
const connections = Number(given.connections);

function samples(): Sample[] {
  return given.sizes.split(",").map((size) => ({ user: `events-${size}`, events: Number(size) }));
}

/** Something to measure again and again. */
interface Task extends Omit<Row, "figures"> {
  readonly measure: (seconds: number) => Promise<Figures>;
}

/** An answer that is nothing but HTTP. */
function bareTask({ pid, port }: Running): Task {
  const client = new Client(port, "nobody", connections);
  const request: Request = { method: "GET", path: "/" };
  return {
    scenario: "a bare HTTP answer",
    events: null,
    aim: null,
    measure: (length) => measure({ client, pid, connections, seconds: length }, () => request, 200),
  };
}

function tasks({ pid }: Running, places: readonly Place[]): Task[] {
  return SCENARIOS.filter(({ name }) => name.includes(given.only)).flatMap((scenario) =>
    places.map((place) => ({
      scenario: scenario.name,
      events: place.events,
      aim: scenario.aim ?? null,
      measure: async (length: number) => {
        const load = { client: place.client, pid, connections, seconds: length };
        return measure(load, await scenario.prepare(place), scenario.status);
      },
    })),
  );
}

/**
 * Measures everything in each round, after a short one that lets the code be compiled, and keeps of each
 * task the round that cost least: what else the machine does can only make it cost more.
 */
async function measureRounds(all: readonly Task[]): Promise<Row[]> {
  for (const task of all) await task.measure(seconds / 5);
  const best = new Map<Task, Figures>();
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`round ${round} of ${rounds}\n`);
    for (const task of all) {
      const figures = await task.measure(seconds);
      const least = best.get(task);
      if (least === undefined || cpuOf(figures) < cpuOf(least)) best.set(task, figures);
    }
  }
  return [...best].map(([{ scenario, events, aim }, figures]) => ({
    scenario,
    events,
    aim,
    figures,
  }));
}

async function measureServer(folder: string): Promise<Row[]> {
  const data = { PUSHDAV_DATA: join(folder, "data") };
  const profile = given.profile && {
    NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${given.profile}`,
  };
  await fill(data, samples());
  const server = await startServer(folder, { ...data, ...profile });
  const bare = await startBare(folder);
  const places = samples().map(({ user, events }) =>
    placeOf(new Client(server.port, user, connections), user, events),
  );
  try {
    const rows = await measureRounds([bareTask(bare), ...tasks(server, places)]);
    for (const place of places) await tidy(place);
    return rows;
  } finally {
    for (const { client } of places) client.close();
    await bare.stop();
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
    const run = { rounds, seconds, connections, rows: await measureServer(folder) };
    process.stdout.write(`\n${table(run)}${growth(run)}\n${save(run)}\n`);
  } finally {
    if (given.data === undefined) await removeFolder(folder);
  }
}

if (given.help) process.stdout.write(HELP);
else await bench();
