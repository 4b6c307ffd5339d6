/**
 * Fuzzing: the requests of the transcripts, changed at random, against a live server. None may be answered by a
 * failure, hang, or make the server grow; what is answered in XML must be XML. The same seed sends the same requests.
 */
import { parseArgs } from "node:util";
import { startTestPostgres } from "../support/postgres.ts";
import { Client, type Answer } from "./client.ts";
import { readCorpus } from "./corpus.ts";
import type { FuzzedRequest } from "./mutate-request.ts";
import { storeAndRead } from "./objects.ts";
import { faultOf } from "./oracle.ts";
import { ServerProcess } from "./process.ts";
import { Random } from "./random.ts";
import { playRound } from "./round.ts";

const HELP = `npm run fuzz -- [OPTIONS]
  --seconds N   how long (60)
  --seed N      begin with this seed (random); each round has the next
  --rounds N    end after so many rounds too
  --keep-going  do not end at the first fault
`;
const { values: given } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    rounds: { type: "string", default: "Infinity" },
    "keep-going": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (given.help) {
  process.stdout.write(HELP);
  process.exit(0);
}

/** Milliseconds after which an answer counts as never to come. */
const PATIENCE = 20_000;
/** Bytes by which live objects may grow after the first rounds. */
const MAX_GROWTH = 32 * 1024 * 1024;
/** Rounds until caches are filled. */
const WARM = 10;

const say = (line: string) => process.stdout.write(`${line}\n`);
const seed = given.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given.seed);

interface Tally {
  requests: number;
  slowest: number;
  readonly statuses: Map<number, number>;
  readonly faults: string[];
}

class Fault extends Error {}

function describe({ method, target, user, headers, body }: FuzzedRequest): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} as ${user}`, ...lines, "", body.slice(0, 4000)].join("\n");
}

/** A round has accounts of its own, with names as long as those in the transcripts. */
function namesOf(round: number): Readonly<Record<string, string>> {
  const mark = round.toString(36).padStart(4, "0");
  return { alice: `a${mark}`, bob: `b${mark}` };
}

function renamed(text: string, names: Readonly<Record<string, string>>): string {
  return text.replace(/alice|bob/g, (name) => names[name] ?? name);
}

async function fuzzRound(
  server: ServerProcess,
  corpus: ReturnType<typeof readCorpus>,
  round: number,
  tally: Tally,
): Promise<void> {
  const names = namesOf(round);
  const accounts = Object.values(names);
  const client = new Client(server.origin, PATIENCE);
  await server.ask({ ask: "make", names: accounts });
  const attempt = async (request: FuzzedRequest): Promise<Answer | null> => {
    const sent = JSON.parse(renamed(JSON.stringify(request), names)) as FuzzedRequest;
    tally.requests++;
    const outcome = await client.send(sent).catch((error: unknown) => String(error));
    const fault = typeof outcome === "string" ? outcome : faultOf(outcome);
    if (typeof outcome !== "string") {
      tally.slowest = Math.max(tally.slowest, outcome.milliseconds);
      tally.statuses.set(outcome.status, (tally.statuses.get(outcome.status) ?? 0) + 1);
    }
    const log = server.takeLog();
    if (fault === null) return typeof outcome === "string" ? null : outcome;
    tally.faults.push(fault);
    say(`\nFAULT in the round of --seed ${seed + round}: ${fault}\n${describe(sent)}\n${log}`);
    if (!given["keep-going"] || typeof outcome === "string") throw new Fault(fault);
    return null;
  };
  try {
    const host = new URL(server.origin).host;
    const random = new Random(seed + round);
    await playRound(corpus, random, host, attempt);
    await storeAndRead(corpus, random, attempt);
  } finally {
    client.close();
  }
  await server.ask({ ask: "delete", names: accounts });
}

async function fuzz(server: ServerProcess, tally: Tally): Promise<void> {
  const corpus = readCorpus();
  const end = performance.now() + Number(given.seconds) * 1000;
  let atFirst = 0;
  for (let round = 0; round < Number(given.rounds) && performance.now() < end; round++) {
    await fuzzRound(server, corpus, round, tally);
    if (round === WARM) atFirst = await server.ask({ ask: "memory" });
  }
  if (atFirst === 0) return;
  const growth = (await server.ask({ ask: "memory" })) - atFirst;
  say(`live objects grew by ${Math.round(growth / 1024)} KiB`);
  if (growth > MAX_GROWTH) tally.faults.push("the server grows");
}

const started = performance.now();
say(`seed ${seed}`);
const postgres = await startTestPostgres();
process.env["PUSHDAV_TEST_DATABASE"] = postgres.url;
const tally: Tally = { requests: 0, slowest: 0, statuses: new Map(), faults: [] };
const server = await ServerProcess.start();
try {
  await fuzz(server, tally);
} catch (error) {
  if (!(error instanceof Fault)) throw error;
} finally {
  await server.end();
  await postgres.stop();
}
const statuses = [...tally.statuses].sort(([a], [b]) => a - b);
say(statuses.map(([status, count]) => `${status}: ${count}`).join(", "));
say(
  `${tally.requests} requests in ${Math.round((performance.now() - started) / 1000)} s, slowest ` +
    `${Math.round(tally.slowest)} ms, ${tally.faults.length} faults, seed ${seed}`,
);
process.exit(tally.faults.length > 0 ? 1 : 0);
