/** What it costs to tell very many subscribers of one change. */
import { createECDH, randomBytes } from "node:crypto";
import { event } from "../../test/support/events.ts";
import { eventually, TOPICS } from "../../test/support/push.ts";
import { cpuTime } from "../processes.ts";
import { USER, type Setting } from "./setting.ts";

const CALENDAR = `/dav/calendars/${USER}/calendar/`;

export interface Cost {
  readonly transport: string;
  readonly subscriptions: number;
  /** Milliseconds of CPU a delivery, of the server's processes and of the database's. */
  readonly server: number;
  readonly database: number;
  /** Seconds from the answer to the PUT until the first and the last were told. */
  readonly first: number;
  readonly last: number;
  /** Megabytes of the process that sends, at the most. */
  readonly memory: number;
}

const APPLE = `
  insert into push_subscription (principal_id, transport, identity, endpoint, owner_id, home, topic, details,
    expires_at, created_at, refreshed_at)
  select p.id, 'apple', token || ' ' || h.push_key, token, p.id, h.kind, $3, jsonb_build_object('key', h.push_key),
    now() + interval '14 days', now(), now()
  from principal p join home h on h.principal_id = p.id and h.kind = 'calendars',
    lateral (select encode(sha256(convert_to(n::text, 'utf8')), 'hex') as token from generate_series(1, $2) n) t
  where p.name = $1`;

const WEB_PUSH = `
  insert into push_subscription (principal_id, transport, identity, endpoint, origin, owner_id, home, collection_id,
    topic, details, expires_at, created_at, refreshed_at)
  select p.id, 'web-push', $3 || n, $3 || '/up/m' || n, $3, p.id, b.home, b.collection_id,
    (select public_key from vapid_key order by created_at desc limit 1), $4::jsonb, now() + interval '14 days', now(), now()
  from principal p join binding b on b.principal_id = p.id and b.home = 'calendars' and b.name = 'calendar',
    generate_series(1, $2) n
  where p.name = $1`;

interface Kind {
  readonly transport: string;
  readonly subscribe: (setting: Setting, many: number) => Promise<unknown>;
  /** When messages arrived. */
  readonly arrivals: (setting: Setting) => readonly { readonly at: number }[];
}

const KINDS: readonly Kind[] = [
  {
    transport: "Apple",
    subscribe: ({ pool }, many) => pool.query(APPLE, [USER, many, TOPICS.calendars]),
    arrivals: ({ apns }) => apns.received,
  },
  {
    transport: "WebDAV-Push, one service",
    subscribe({ pool, service }, many) {
      const p256dh = createECDH("prime256v1").generateKeys().toString("base64url");
      const auth = randomBytes(16).toString("base64url");
      const details = JSON.stringify({ p256dh, auth, topic: "" });
      return pool.query(WEB_PUSH, [USER, many, service.origin, details]);
    },
    arrivals: ({ service }) => service.received,
  },
];

async function put({ send }: Setting, text: string): Promise<number> {
  const headers = { "content-type": "text/calendar" };
  const target = `${CALENDAR}many.ics`;
  const body = event("many", text);
  const { status } = await send({ method: "PUT", target, user: USER, headers, body });
  if (status >= 300) throw new Error(`PUT: ${status}`);
  return Date.now();
}

/** Tells everybody once, unmeasured, and once more. */
async function measure(setting: Setting, kind: Kind, many: number): Promise<Cost> {
  const { pool, server, memory } = setting;
  await pool.query("delete from push_subscription");
  await kind.subscribe(setting, many);
  await pool.query("analyze push_subscription");
  const arrivals = () => kind.arrivals(setting);
  const tell = async (text: string) => {
    const before = arrivals().length;
    const at = await put(setting, text);
    await eventually(() => arrivals().length >= before + many, "all told", 600_000);
    const idle = async () => {
      const { rows } = await pool.query<{ left: number }>(
        "select count(*) as left from push_delivery",
      );
      return rows[0]?.left === 0;
    };
    await eventually(idle, "all settled", 60_000);
    const times = arrivals().slice(before, before + many);
    return {
      first: ((times[0]?.at ?? 0) - at) / 1000,
      last: ((times.at(-1)?.at ?? 0) - at) / 1000,
    };
  };
  await tell("for warmth");
  const before = cpuTime(server.pid);
  const { first, last } = await tell("to measure");
  const after = cpuTime(server.pid);
  return {
    transport: kind.transport,
    subscriptions: many,
    server: (after.server - before.server) / many,
    database: (after.database - before.database) / many,
    first,
    last,
    memory: await memory(),
  };
}

/** Measures a change in a collection with so many subscriptions, on the transports that have so many. */
export async function measureMany(setting: Setting, many: number): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (const kind of KINDS) costs.push(await measure(setting, kind, many));
  return costs;
}
