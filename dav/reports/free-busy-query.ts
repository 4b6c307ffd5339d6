import { timezoneOf } from "../calendar-timezone.ts";
import { DavError, violated } from "../errors.ts";
import type { DavResponse } from "../http/request.ts";
import {
  busyTimes,
  indexedTimes,
  mergeBusy,
  UNDECIDED,
  writeFreeBusy,
  type BusyTime,
} from "../icalendar/index.ts";
import { need } from "../privileges.ts";
import { readObjects } from "../read-objects.ts";
import { resolve } from "../resolve.ts";
import type { CollectionRow, Transaction } from "../store.ts";
import { decodeText } from "../text.ts";
import { readTimeRange } from "../time-range.ts";
import { child, type Element } from "../xml/element.ts";
import { caldav } from "../xml/names.ts";
import { readTimezone } from "./query-timezone.ts";
import type { Report } from "./report.ts";

interface BusyRange {
  readonly start: number;
  readonly end: number;
}

/** Instances that one answer is made from. */
const MAX_INSTANCES = 50_000;

/**
 * free-busy-query (RFC 4791 section 7.10): when a calendar, or all calendars of a home, take time. The Depth
 * header changes nothing, since a collection without its members is never busy.
 */
export const FREE_BUSY_QUERY: Report = {
  name: caldav("free-busy-query"),
  on: new Set(["calendar", "calendar-home"]),
  prepare(root, request, context) {
    const range = readRange(root);
    const timezone = readTimezone(root);
    return {
      mode: "snapshot",
      run: async (tx) => {
        const resource = await resolve(tx, request.path);
        if (resource === null) throw new DavError(404, "nothing is mapped to this URL");
        need("read-free-busy", resource, context.user.id);
        if (resource.kind === "calendar") {
          const { collection } = resource;
          return answer(
            await busyIn(tx, [collection], range, timezone),
            range,
            collection.uuid,
            context.now,
          );
        }
        if (resource.kind !== "calendar-home") {
          throw violated("supported-report", "free-busy-query works on calendars and their home");
        }
        const collections = await tx.listCollections(resource.home);
        const times = await busyIn(tx, collections, range, timezone);
        return answer(times, range, resource.home.uuid, context.now);
      },
    };
  },
};

function readRange(root: Element): BusyRange {
  const element = child(root, caldav("time-range"));
  if (element === undefined) throw invalid("free-busy-query needs a time-range");
  const { start, end } = readTimeRange(element, invalid);
  if (start === null || end === null) throw invalid("free-busy-query needs a start and an end");
  return { start, end };
}

function invalid(message: string): DavError {
  return new DavError(400, message);
}

/** Times from the index, where its rows say all there is to say; else from the text of the objects. */
async function busyIn(
  tx: Transaction,
  collections: readonly CollectionRow[],
  range: BusyRange,
  timezone: string | null,
): Promise<BusyTime[]> {
  const rows = await tx.findBusy(collections, range, MAX_INSTANCES + 1);
  let left = MAX_INSTANCES;
  const spend = (instances = 1) => {
    left -= instances;
    if (left >= 0) return;
    const message = "the range has too many events; ask for a shorter one";
    throw violated("number-of-matches-within-limits", message);
  };
  const byCollection = Map.groupBy(rows, ({ collectionId }) => collectionId);
  const times: BusyTime[] = [];
  for (const collection of collections) {
    const zone = timezone ?? timezoneOf(collection);
    const found = byCollection.get(collection.id) ?? [];
    const unclear = found.filter(({ busy }) => busy === UNDECIDED).map(({ name }) => name);
    const names = new Set(unclear);
    const decided = found.filter(({ name }) => !names.has(name));
    spend(decided.length);
    times.push(...indexedTimes(decided, range, zone));
    for await (const objects of readObjects(tx, collection, [...names])) {
      for (const { data = Buffer.alloc(0) } of objects) {
        times.push(...busyTimes(decodeText(data).text, range, zone, spend));
      }
    }
  }
  return mergeBusy(times);
}

function answer(
  times: readonly BusyTime[],
  range: BusyRange,
  uuid: string,
  now: Date,
): DavResponse {
  const uid = `${range.start}-${range.end}-${uuid}`;
  const body = writeFreeBusy(times, { range, uid, now: Math.floor(now.getTime() / 1000) });
  return { status: 200, headers: { "content-type": "text/calendar; charset=utf-8" }, body };
}
