/**
 * What push costs: how soon a lone change is handed over, what very many subscribers of one collection cost, and what the
 * outbox adds to a PUT. Linux only, since it reads /proc.
 */
import { parseArgs } from "node:util";
import { measureLone } from "./lone.ts";
import { measureMany } from "./many.ts";
import { measureOutbox } from "./outbox.ts";
import { openSetting } from "./setting.ts";

const HELP = `npm run bench -- push [OPTIONS]
  --changes N        lone changes (50)
  --subscriptions N  subscriptions on one collection (10000)
  --rounds N         rounds of PUTs with and without an outbox (3)
  --seconds N        seconds of each (5)
`;

const { values: given } = parseArgs({
  options: {
    changes: { type: "string", default: "50" },
    subscriptions: { type: "string", default: "10000" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    help: { type: "boolean", default: false },
  },
});

/** Seconds; small, so that a run does not take long. */
const WINDOW = 0.4;
const QUIET = WINDOW * 250;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function bench(): Promise<void> {
  const setting = await openSetting({ window: WINDOW, push: true });
  try {
    say(
      `A lone change, milliseconds from its commit, the quiet time of ${QUIET} included where there is one:`,
    );
    for (const { transport, p50, p99 } of await measureLone(setting, Number(given.changes), WINDOW))
      say(`  ${transport.padEnd(26)} p50 ${p50}  p99 ${p99}`);
    say("One change in a collection with many subscriptions:");
    for (const cost of await measureMany(setting, Number(given.subscriptions))) {
      const { transport, subscriptions, server, database, first, last, memory } = cost;
      const cpu = `CPU ${(server + database).toFixed(3)} ms (server ${server.toFixed(3)}, database ${database.toFixed(3)})`;
      say(
        `  ${transport.padEnd(26)} ${subscriptions} told: ${cpu} each, the first after ${first.toFixed(2)} s, all after ${last.toFixed(2)} s, ${memory.toFixed(0)} MB`,
      );
    }
  } finally {
    await setting.close();
  }
  const { on, off } = await measureOutbox(Number(given.rounds), Number(given.seconds));
  say(
    `A PUT: CPU ${on.toFixed(3)} ms with an outbox, ${off.toFixed(3)} without: × ${(on / off).toFixed(2)}`,
  );
}

if (given.help) process.stdout.write(HELP);
else await bench();
