import type { Pool } from "pg";
import {
  matchesCalendar,
  parseCalendar,
  type ComponentFilter,
} from "../../../../dav/icalendar/index.ts";
import { decodeText } from "../../../../dav/text.ts";
import { isGrantedRead } from "../../../store/grants.ts";
import { rowsOf, type Statement } from "../../../store/query.ts";
import type { Delivery } from "../../transport.ts";
import type { Urgency } from "../../webpush/index.ts";

/** Seconds in which an alarm is near (draft-bitfire-webdav-push suggests a quarter of an hour). */
const NEAR = 900;

/** Answers that are remembered: a collection has many subscribers, who are told at the same time. */
const REMEMBERED = 100;

/**
 * What changed last, at most 50 objects that did so after $5, in the collection $3 of the home $2 of $1, or in all of
 * them that $4 may read; with the text of those that have an alarm.
 */
const CHANGED: Statement = {
  name: "web-push-alarms",
  text: `
    with about as (
      select c.principal_id, c.id, c.subscribed
      from binding b join collection c on c.principal_id = b.owner_id and c.id = b.collection_id
      where b.principal_id = $1 and b.owner_id = $1 and b.home = $2 and c.id = coalesce($3, c.id)
        and ($4 = $1 or ${isGrantedRead("$4", "c.principal_id", "c.id")})
      order by c.sync_seq desc limit 10
    ), latest as (
      select about.subscribed, o.component, o.data, o.modified_at
      from about, lateral (
        select component, data, modified_at, changed_seq from object
        where principal_id = about.principal_id and collection_id = about.id order by changed_seq desc limit 50
      ) o
      order by o.changed_seq desc limit 50
    )
    select subscribed, component, case when position('BEGIN:VALARM'::bytea in data) > 0 then data end as data
    from latest where modified_at > $5::timestamptz - interval '1 minute'`,
};

interface Changed {
  /** Whether its collection mirrors a feed, such as the holidays of a country. */
  subscribed: boolean;
  component: string | null;
  data: Buffer | null;
}

type About = Pick<Delivery, "target" | "principalId" | "firstChangedAt">;

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
 * must know; `low` when all that changed comes from feeds; `normal` otherwise (RFC 8030 section 5.3).
 */
export function createUrgency(pool: Pool, clock: () => Date): (about: About) => Promise<Urgency> {
  const known = new Map<string, Promise<Urgency>>();

  async function read({ target, principalId, firstChangedAt }: About): Promise<Urgency> {
    const { ownerId, home, collectionId } = target;
    const values = [ownerId, home, collectionId, principalId, firstChangedAt];
    const changed = await rowsOf<Changed>(pool, CHANGED, values);
    if (changed.some((object) => isNear(object, clock()))) return "high";
    return changed.length > 0 && changed.every(({ subscribed }) => subscribed) ? "low" : "normal";
  }

  return (about) => {
    const { ownerId, home, collectionId } = about.target;
    if (home !== "calendars") return Promise.resolve("normal");
    const minute = Math.floor(clock().getTime() / 60_000);
    // What all who are told of one collection may read is the same.
    const what = collectionId ?? `for ${about.principalId}`;
    const name = [ownerId, what, about.firstChangedAt.getTime(), minute].join(" ");
    // Nothing is worth not telling a change: what cannot be found out is normal.
    const urgency = known.get(name) ?? read(about).catch((): Urgency => "normal");
    known.set(name, urgency);
    const [oldest] = known.keys();
    if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    return urgency;
  };
}
