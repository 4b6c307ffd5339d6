import type { Answer, Client, Request } from "./client.ts";
import { cpuTime } from "./processes.ts";

export interface Load {
  readonly client: Client;
  /** The server's first process. */
  readonly pid: number;
  readonly connections: number;
  readonly seconds: number;
}

/** What requests of one kind cost. Times are milliseconds, counts and bytes are means of one answer. */
export interface Figures {
  readonly requests: number;
  readonly perSecond: number;
  readonly serverCpu: number;
  readonly databaseCpu: number;
  readonly p50: number;
  readonly p99: number;
  readonly results: number;
  readonly bytes: number;
}

/** CPU milliseconds of one request, all processes together. */
export function cpuOf({ serverCpu, databaseCpu }: Figures): number {
  return serverCpu + databaseCpu;
}

/** Makes request number `n`; null when there are no more. */
export type Requests = (n: number) => Request | null;

/** The part of the time that is spent before measuring begins. */
const WARM_UP = 0.3;

/** Sends requests on all connections for some time. @throws Error at an answer of another status */
export async function measure(load: Load, requests: Requests, status: number): Promise<Figures> {
  let sent = 0;
  const next = () => requests(sent++);
  await run(load, next, status, load.seconds * WARM_UP);
  const before = cpuTime(load.pid);
  const start = performance.now();
  const seen = await run(load, next, status, load.seconds);
  const elapsed = performance.now() - start;
  const after = cpuTime(load.pid);
  const count = seen.latencies.length;
  const latencies = seen.latencies.sort((a, b) => a - b);
  return {
    requests: count,
    perSecond: (count * 1000) / elapsed,
    serverCpu: (after.server - before.server) / count,
    databaseCpu: (after.database - before.database) / count,
    p50: latencies[Math.floor(count * 0.5)] ?? Number.NaN,
    p99: latencies[Math.floor(count * 0.99)] ?? Number.NaN,
    results: seen.results / count,
    bytes: seen.bytes / count,
  };
}

async function run(load: Load, next: () => Request | null, status: number, seconds: number) {
  const seen = { latencies: [] as number[], results: 0, bytes: 0 };
  const deadline = performance.now() + seconds * 1000;
  const connection = async () => {
    while (performance.now() < deadline) {
      const request = next();
      if (request === null) return;
      const start = performance.now();
      const answer = await load.client.send(request);
      seen.latencies.push(performance.now() - start);
      if (answer.status !== status)
        throw new Error(`${request.method} ${request.path}: ${answer.status} ${answer.body}`);
      seen.results += countResponses(answer);
      seen.bytes += answer.body.length;
    }
  };
  await Promise.all(Array.from({ length: load.connections }, connection));
  return seen;
}

/** Resources that an answer tells of. */
function countResponses({ body }: Answer): number {
  let count = 0;
  for (let at = body.indexOf("<d:response>"); at >= 0; at = body.indexOf("<d:response>", at + 1))
    count++;
  return count;
}
