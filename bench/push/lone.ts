/** How long after its commit a lone change is handed over, on each transport. */
import { setTimeout as sleep } from "node:timers/promises";
import { event } from "../../test/support/events.ts";
import {
  appleDevice,
  jmapReceiver,
  webhookReceiver,
  webPushClient,
  type Subscriber,
} from "../../test/chaos/subscribers.ts";
import { EventStreamClient } from "../../test/chaos/event-stream.ts";
import { Writes } from "../../test/chaos/truth.ts";
import { eventually } from "../../test/support/push.ts";
import { USER, type Setting } from "./setting.ts";

const CALENDAR = `/dav/calendars/${USER}/calendar/`;

export interface Latency {
  readonly transport: string;
  /** Milliseconds from the answer to the PUT until the push service has it. */
  readonly p50: number;
  readonly p99: number;
}

/** Changes one object again and again, each time after everything has been told. */
export async function measureLone(
  setting: Setting,
  changes: number,
  window: number,
): Promise<Latency[]> {
  const subscribers: Readonly<Record<string, Subscriber>> = {
    Apple: appleDevice(setting, USER, "calendars", new Writes()),
    "WebDAV-Push": webPushClient(setting, USER, CALENDAR),
    "JMAP, to a URL": jmapReceiver(setting, USER, true),
    "JMAP, event stream": new EventStreamClient(setting, USER),
    webhook: webhookReceiver(setting, USER, [CALENDAR]),
  };
  for (const one of Object.values(subscribers)) await one.subscribe();
  const seen = new Map<string, number[]>(Object.keys(subscribers).map((name) => [name, []]));
  for (let count = -3; count < changes; count += 1) {
    // A change that comes sooner is no lone one.
    await sleep(window * 2500);
    const had = new Map(Object.entries(subscribers).map(([name, one]) => [name, one.told()]));
    const headers = { "content-type": "text/calendar" };
    const body = event("lone", `change ${count}`);
    const target = `${CALENDAR}lone.ics`;
    const answer = await setting.send({ method: "PUT", target, user: USER, headers, body });
    const committed = Date.now();
    if (answer.status >= 300) throw new Error(`PUT: ${answer.status}`);
    for (const [name, one] of Object.entries(subscribers)) {
      await eventually(() => one.told() > (had.get(name) ?? 0), name);
      const at = one.arrivals()[had.get(name) ?? 0] ?? Number.NaN;
      // The first changes let the code be compiled.
      if (count >= 0) seen.get(name)?.push(at - committed);
    }
  }
  return [...seen].map(([transport, times]) => {
    const sorted = times.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
    return { transport, p50: at(0.5), p99: at(0.99) };
  });
}
