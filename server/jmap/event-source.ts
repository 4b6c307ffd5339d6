import type { Middleware, ParameterizedContext } from "koa";
import type { Pool } from "pg";
import type { AuthState } from "../auth/basic.ts";
import { readAccounts, statesByAccount } from "../push/transports/jmap/states.ts";
import { EventStream, readEventId, type Wish } from "./event-stream.ts";
import type { Hub } from "./hub.ts";

export const EVENT_SOURCE_PATH = "/jmap/events";

/** Streams a user may have open at one process. */
const PER_PRINCIPAL = 20;

/** Seconds between pings: what is asked for, but neither a burden nor useless (RFC 8620 section 7.3). */
const LEAST_PING = 30;
const MOST_PING = 300;

/** Reads the variables of eventSourceUrl; null when one has no value that it may have. */
export function readWish(query: URLSearchParams): Wish | null {
  const types = query.get("types") ?? "*";
  const closeAfter = query.get("closeafter") ?? "no";
  const ping = query.get("ping") ?? "0";
  if (!/^(?:\*|\w{1,64}(?:,\w{1,64}){0,63})$/.test(types)) return null;
  if (!/^(?:state|no)$/.test(closeAfter) || !/^\d{1,9}$/.test(ping)) return null;
  const seconds = Number(ping);
  return {
    types: types === "*" ? null : new Set(types.split(",")),
    closeAfterState: closeAfter === "state",
    ping: seconds === 0 ? 0 : Math.min(Math.max(seconds, LEAST_PING), MOST_PING),
  };
}

async function open(
  ctx: ParameterizedContext<AuthState>,
  wish: Wish,
  { pool, hub }: EventSourceOptions,
): Promise<void> {
  const { principal } = ctx.state;
  let stream: EventStream | null = null;
  const unwatch = hub.watch({
    principal,
    look: (accounts) => stream?.look(statesByAccount(accounts, wish.types)),
    end: () => stream?.body.end(),
  });
  ctx.res.once("close", unwatch);
  try {
    // What was changed before the answer begins is for the client to fetch; what is after, it is told.
    const accounts = (await readAccounts(pool, [principal.id])).get(principal.id) ?? [];
    const now = statesByAccount(accounts, wish.types);
    const lastId = ctx.get("Last-Event-ID");
    stream = new EventStream(wish, lastId === "" ? now : readEventId(lastId));
    stream.look(now);
  } catch (error) {
    unwatch();
    throw error;
  }
  ctx.set({
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    "X-Accel-Buffering": "no",
  });
  ctx.body = stream.body;
}

export interface EventSourceOptions {
  readonly pool: Pool;
  readonly hub: Hub;
}

/**
 * Koa middleware for the EventSource of JMAP (RFC 8620 section 7.3), behind authentication. Answers 400 to
 * variables it does not understand and 429 to a user who has too many streams.
 */
export function eventSource(options: EventSourceOptions): Middleware<AuthState> {
  return async (ctx, next) => {
    if (ctx.path !== EVENT_SOURCE_PATH) {
      await next();
      return;
    }
    if (ctx.method !== "GET") {
      ctx.status = 405;
      ctx.set("Allow", "GET");
      return;
    }
    const wish = readWish(new URLSearchParams(ctx.querystring));
    if (wish === null) {
      ctx.status = 400;
      ctx.body = "types, closeafter or ping has a value that it cannot have\n";
      return;
    }
    if (options.hub.count(ctx.state.principal.id) >= PER_PRINCIPAL) {
      ctx.status = 429;
      ctx.set("Retry-After", "60");
      return;
    }
    await open(ctx, wish, options);
  };
}
