/** What push adds to a PUT: the row in the outbox, the call, and its way to nobody. */
import { event } from "../../test/support/events.ts";
import { Client, type Request } from "../client.ts";
import { cpuOf, measure } from "../measure.ts";
import { openSetting, USER } from "./setting.ts";

const CONNECTIONS = 4;

export interface Added {
  /** CPU milliseconds of a PUT with push and without, server and database together. */
  readonly on: number;
  readonly off: number;
}

/** Measures rounds with and without in turn, and keeps the cheapest of each: a busy machine only makes them dearer. */
export async function measureOutbox(rounds: number, seconds: number): Promise<Added> {
  const on = await openSetting({ window: 3, push: true });
  const off = await openSetting({ window: 3, push: false });
  const least = { on: Number.POSITIVE_INFINITY, off: Number.POSITIVE_INFINITY };
  let count = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const [which, { server }] of [
        ["on", on],
        ["off", off],
      ] as const) {
        const client = new Client(server.port, USER, CONNECTIONS);
        const next = (): Request => {
          count += 1;
          return {
            method: "PUT",
            path: `/dav/calendars/${USER}/calendar/${which}-${round}-${count}.ics`,
            headers: { "content-type": "text/calendar" },
            body: event(`${which}-${round}-${count}`),
          };
        };
        const load = { client, pid: server.pid, connections: CONNECTIONS, seconds };
        least[which] = Math.min(least[which], cpuOf(await measure(load, next, 201)));
        client.close();
      }
    }
    return least;
  } finally {
    await on.close();
    await off.close();
  }
}
