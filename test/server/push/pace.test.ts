import test from "ava";
import fc from "fast-check";
import type { Pool } from "pg";
import { readConfig } from "../../../server/config.ts";
import { backOff } from "../../../server/push/backoff.ts";
import { claim } from "../../../server/push/deliveries.ts";
import { fanOut } from "../../../server/push/fanout.ts";
import { paceOf } from "../../../server/push/pace.ts";
import { listSubscriptions } from "../../../server/push/listing.ts";
import { finish, postpone } from "../../../server/push/settlement.ts";
import { expireSubscriptions } from "../../../server/push/subscriptions.ts";
import type { Delivery } from "../../../server/push/transport.ts";
import { testDatabase } from "../../support/database.ts";
import { addPerson, count, type Person, ROOM, subscribe, transportOf } from "../../support/push.ts";
import { holds } from "../../support/property.ts";

/** As a server paces by default: a lone change is announced after the quiet time. */
const { push } = readConfig({ PUSHDAV_PUSH_WINDOWS: "webhook=60, web-push=0.5" });
const { quiet, window } = paceOf(push, "apple");

const DAY = 86_400;

/** Seconds that a change waits at the most. */
const LONGEST_WAIT = 10;

const TRANSPORT = transportOf({ pace: { quiet, window } });

/** Moves everything that the database remembers so many seconds into the past: time passes, and nobody waits. */
const ELAPSE = `
  with moved as (
    update push_delivery set
      first_changed_at = first_changed_at - make_interval(secs => $1),
      last_changed_at = last_changed_at - make_interval(secs => $1),
      latest_at = latest_at - make_interval(secs => $1),
      due_at = due_at - make_interval(secs => $1),
      claimed_until = claimed_until - make_interval(secs => $1)
  )
  update push_subscription set last_attempt_at = last_attempt_at - make_interval(secs => $1)`;

const NOW = "extract(epoch from clock_timestamp())::float8";

/** One subscription in a world whose clock can be moved on. Times are seconds of that clock. */
class World {
  readonly #pool: Pool;
  readonly #person: Person;
  #moved = 0;
  #underWay: Delivery | null = null;

  constructor(pool: Pool, person: Person) {
    this.#pool = pool;
    this.#person = person;
  }

  async now(): Promise<number> {
    return (await this.#number(`select ${NOW} as n`)) + this.#moved;
  }

  async elapse(seconds: number): Promise<void> {
    if (seconds <= 0) return;
    await this.#pool.query(ELAPSE, [seconds]);
    this.#moved += seconds;
    const { claimedAt } = this.#underWay ?? {};
    if (this.#underWay && claimedAt)
      this.#underWay = { ...this.#underWay, claimedAt: new Date(+claimedAt - seconds * 1000) };
  }

  /** Commits a change; returns when. */
  async change(): Promise<number> {
    const at = await this.#number(
      `insert into outbox (principal_id, home, seq, change) values (${this.#person.id}, 'calendars', 1, 'content')
       returning extract(epoch from changed_at)::float8 as n`,
    );
    await fanOut(this.#pool, { apple: TRANSPORT.pace }, new Date());
    return at + this.#moved;
  }

  /** When a push is due, or null when none is or one is under way. */
  async due(): Promise<number | null> {
    const { rows } = await this.#pool.query<{ n: number }>(
      "select extract(epoch from due_at)::float8 as n from push_delivery where claimed_until is null",
    );
    return rows[0] ? rows[0].n + this.#moved : null;
  }

  /** Takes up the push that is due. */
  async begin(): Promise<boolean> {
    [this.#underWay = null] = await claim(this.#pool, TRANSPORT, ROOM, 3600);
    return this.#underWay !== null;
  }

  async end(): Promise<void> {
    const delivery = this.#underWay;
    this.#underWay = null;
    if (delivery)
      await finish(this.#pool, [{ delivery, error: null, sent: true, told: null }], window);
  }

  /** The push service fails; returns how long the push is put off. */
  async fail(): Promise<number> {
    const delivery = this.#underWay;
    this.#underWay = null;
    if (!delivery) throw new Error("no push is under way");
    const delay = backOff(delivery.attempts);
    await postpone(this.#pool, delivery, "503", delay);
    return delay;
  }

  async #number(text: string): Promise<number> {
    const { rows } = await this.#pool.query<{ n: number }>(text);
    return rows[0]?.n ?? Number.NaN;
  }
}

interface Course {
  /** How long each push waited for the first change it tells. */
  readonly waits: readonly number[];
  readonly untold: number;
}

/**
 * Lets changes happen after pauses and pushes take their time, until nothing is to be told.
 *
 * @param flights seconds that the pushes take, in turn
 */
async function run(
  world: World,
  pauses: readonly number[],
  flights: readonly number[],
): Promise<Course> {
  const waits: number[] = [];
  let untold: number[] = [];
  let changeAt = (await world.now()) + (pauses[0] ?? 0);
  let next = 0;
  let endsAt: number | null = null;
  for (;;) {
    const due: number | null = endsAt === null ? await world.due() : endsAt;
    const change = next < pauses.length ? changeAt : Infinity;
    if (due === null && change === Infinity) return { waits, untold: untold.length };
    await world.elapse(Math.min(due ?? Infinity, change) - (await world.now()));
    if (change <= (due ?? Infinity)) {
      untold.push(await world.change());
      changeAt += pauses[(next += 1)] ?? 0;
    } else if (endsAt !== null) {
      await world.end();
      endsAt = null;
    } else if (due !== null && (await world.begin())) {
      waits.push(due - (untold[0] ?? due));
      untold = [];
      endsAt = due + (flights[waits.length % flights.length] ?? 0);
    }
  }
}

const every = (pause: number, times: number) => Array.from({ length: times }, () => pause);

test("whatever changes come and however long pushes take, none waits longer than ten seconds, and the last is told", async (t) => {
  const { pool } = await testDatabase(t);
  const seconds = (most: number) => fc.integer({ min: 0, max: most * 10 }).map((n) => n / 10);
  const pause = fc.oneof({ arbitrary: seconds(1), weight: 3 }, seconds(14));
  const flight = seconds(8);
  let people = 0;
  await holds(
    fc.asyncProperty(
      fc.array(pause, { minLength: 1, maxLength: 40, size: "max" }),
      fc.array(flight, { minLength: 1, maxLength: 4, size: "max" }),
      async (pauses, flights) => {
        const person = await addPerson(pool, `p${(people += 1)}`);
        await subscribe(pool, person);
        const { waits, untold } = await run(new World(pool, person), pauses, flights);
        await pool.query("delete from push_subscription");
        return untold === 0 && waits.every((wait) => wait <= LONGEST_WAIT + 0.01);
      },
    ),
    { numRuns: 12, examples: [[every(0.9, 40), [7]]] },
  );
  t.pass();
});

test("by default a lone change is due in less than a second, and a minute of changes is a few pushes", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  const world = new World(pool, alice);
  const [lone = Infinity, ...others] = (await run(world, [0, 60], [0.1])).waits;
  t.true(lone < 1 && others.every((wait) => wait < 1), `${lone} ${others.join(" ")}`);
  await world.elapse(60);
  const began = await world.now();
  const minute = await run(world, every(1, 60), [0.1]);
  const most = 3 + ((await world.now()) - began) / LONGEST_WAIT;
  t.true(minute.waits.length <= most, `${minute.waits.length} pushes, not ${most}`);
  t.is(minute.untold, 0);
});

test("a service that is gone for a day is asked rarely, and told of the last change when it is back", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  const world = new World(pool, alice);
  const began = await world.now();
  let attempts = 0;
  let delay = 0;
  await world.change();
  for (let now = began; now < began + DAY; now = await world.now()) {
    await world.elapse(((await world.due()) ?? now) - now);
    t.true(await world.begin());
    delay = await world.fail();
    await world.change();
    attempts += 1;
  }
  t.true(attempts < 120, `${attempts} attempts`);
  await expireSubscriptions(pool, new Date());
  const { waits, untold } = await run(world, [0], [0.1]);
  t.is(untold, 0);
  t.is(waits.length, 1);
  t.true(delay < 30 * 60);
  t.is(await count(pool, "push_delivery"), 0);
  const [row] = await listSubscriptions(pool, null);
  t.is(row?.lastError, null);
  t.is(row?.failingSince, null);
});

test("a subscription that fails for a fortnight ends", async (t) => {
  const { pool } = await testDatabase(t);
  const alice = await addPerson(pool, "alice");
  await subscribe(pool, alice);
  const world = new World(pool, alice);
  await world.change();
  await world.elapse(1);
  await world.begin();
  await world.fail();
  const later = (days: number) => new Date(Date.now() + days * DAY * 1000);
  await pool.query("update push_subscription set expires_at = now() + interval '1 year'");
  t.is(await expireSubscriptions(pool, later(13)), 0);
  t.is(await expireSubscriptions(pool, later(15)), 1);
});

test("each transport may have a window of its own", (t) => {
  t.deepEqual(paceOf(push, "webhook"), { quiet: 15, window: 60 });
  t.deepEqual(paceOf(push, "web-push"), { quiet: 0.125, window: 0.5 });
  t.deepEqual(paceOf(push, "jmap"), { quiet: 0.75, window: 3 });
});
