import type { Pool } from "pg";
import {
  matchesCalendar,
  parseCalendar,
  type ComponentFilter,
} from "../../../../dav/icalendar/index.ts";
import { decodeText } from "../../../../dav/text.ts";
import { rowsOf, type Statement } from "../../../store/query.ts";
import type { Delivery } from "../../transport.ts";
import type { Urgency } from "../../webpush/index.ts";

/** Seconds in which an alarm is near (draft-bitfire-webdav-push suggests a quarter of an hour). */
const NEAR = 900;

/** Answers that are remembered: a collection has many subscribers, who are told at the same time. */
const REMEMBERED = 100;

/**
 * The collection $1, $2, with each object that has an alarm among the 50 that changed last, when it did after $3; a row
 * without object when there is none.
 */
const CHANGED: Statement = {
  name: "web-push-alarms",
  text: `
    select c.subscribed, o.component, o.data
    from collection c
    left join lateral (
      select component, data from (
        select component, data, modified_at from object
        where principal_id = c.principal_id and collection_id = c.id order by changed_seq desc limit 50
      ) latest
      where modified_at > $3::timestamptz - interval '1 minute' and position('BEGIN:VALARM'::bytea in data) > 0
    ) o on true
    where c.principal_id = $1 and c.id = $2`,
};

interface Changed {
  /** Whether the collection mirrors a feed, such as the holidays of a country. */
  subscribed: boolean;
  component: string | null;
  data: Buffer | null;
}

type About = Pick<Delivery, "target" | "firstChangedAt">;

/** Whether any alarm of an object goes off soon. */
function isNear({ component, data }: Changed, now: Date): boolean {
  if (component === null || data === null) return false;
  const start = Math.floor(now.getTime() / 1000);
  const any = { isNotDefined: false, timeRange: null, properties: [], components: [] };
  const alarm = { ...any, name: "VALARM", timeRange: { start, end: start + NEAR } };
  const within = (name: string, inner: ComponentFilter) => ({ ...any, name, components: [inner] });
  const calendar = parseCalendar(decodeText(data).text);
  return matchesCalendar(calendar, within("VCALENDAR", within(component, alarm)), null);
}

/**
 * Tells how urgent deliveries are: `high` when an alarm that just changed goes off soon, so that a sleeping phone
 * must know; `low` when the collection mirrors a feed; `normal` otherwise. An alarm near in a home is not looked for: no client subscribes to homes for it.
 */
export function createUrgency(pool: Pool, clock: () => Date): (about: About) => Promise<Urgency> {
  const known = new Map<string, Promise<Urgency>>();

  async function read({ target, firstChangedAt }: About): Promise<Urgency> {
    const values = [target.ownerId, target.collectionId, firstChangedAt];
    const changed = await rowsOf<Changed>(pool, CHANGED, values);
    if (changed.some((object) => isNear(object, clock()))) return "high";
    return changed.some(({ subscribed }) => subscribed) ? "low" : "normal";
  }

  return (about) => {
    const { ownerId, home, collectionId } = about.target;
    if (home !== "calendars" || collectionId === null) return Promise.resolve("normal");
    const minute = Math.floor(clock().getTime() / 60_000);
    const name = [ownerId, collectionId, about.firstChangedAt.getTime(), minute].join(" ");
    // Nothing is worth not telling a change: what cannot be found out is normal.
    const urgency = known.get(name) ?? read(about).catch((): Urgency => "normal");
    known.set(name, urgency);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return urgency;
  };
}
