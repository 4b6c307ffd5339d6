import type { Middleware, ParameterizedContext } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { AuthState } from "../auth/basic.ts";
import { readBody } from "../body.ts";
import { DavError } from "../../dav/index.ts";
import type { RequestState } from "../http/requests.ts";
import { readAccounts } from "../push/transports/jmap/states.ts";
import { callMethods, type MethodContext } from "./api.ts";
import { RequestError } from "./error.ts";
import { eventSource } from "./event-source.ts";
import { Hub, type HubOptions } from "./hub.ts";
import { LIMITS } from "./limits.ts";
import { creationRate } from "./push-subscription.ts";
import { API_PATH, SESSION_PATH, sessionObject } from "./session.ts";

export interface JmapOptions {
  readonly pool: Pool;
  readonly log: Logger;
  readonly clock: () => Date;
  /** The public key under which messages are signed now. */
  readonly vapidKey: () => string;
  readonly checkUrl: MethodContext["checkUrl"];
  readonly hub?: Pick<HubOptions, "quiet" | "poll">;
}

/** JMAP for push: the session, its API, and the event source (RFC 8620). */
export interface Jmap {
  /** To be used behind authentication. */
  readonly middleware: readonly Middleware<AuthState>[];
  /** Ends the event streams of an account, whose client has to authenticate again; of all when it is null. */
  endStreams(account: string | null): void;
  /** Ends all event streams and what serves them. */
  close(): void;
}

type JmapContext = ParameterizedContext<AuthState & RequestState>;

/** Opens JMAP. It holds nothing open while there are no event streams. */
export function openJmap(options: JmapOptions): Jmap {
  const { pool, log, clock, vapidKey, checkUrl } = options;
  const hub = new Hub({ pool, log, ...options.hub });
  const withinRate = creationRate(clock);
  const running = new Map<number, number>();

  async function readSession(ctx: JmapContext) {
    const { principal, origin } = ctx.state;
    const accounts = (await readAccounts(pool, [principal.id])).get(principal.id) ?? [];
    return sessionObject(principal.name, accounts, origin, vapidKey());
  }

  async function call(ctx: JmapContext): Promise<unknown> {
    const { principal } = ctx.state;
    const context = {
      pool,
      principal,
      now: clock(),
      vapidKey: vapidKey(),
      userAgent: ctx.get("User-Agent"),
      address: ctx.ip,
      checkUrl,
      withinRate,
    };
    const called = await callMethods(await readRequestBody(ctx), context);
    return { ...called, sessionState: (await readSession(ctx)).state };
  }

  /** Runs a request unless the user has as many running as allowed. */
  async function limited(ctx: JmapContext): Promise<unknown> {
    const { id } = ctx.state.principal;
    const count = running.get(id) ?? 0;
    if (count >= LIMITS.maxConcurrentRequests) {
      throw new RequestError("limit", "too many requests", { limit: "maxConcurrentRequests" });
    }
    running.set(id, count + 1);
    try {
      return await call(ctx);
    } finally {
      const left = (running.get(id) ?? 1) - 1;
      if (left === 0) running.delete(id);
      else running.set(id, left);
    }
  }

  const routes: Readonly<Record<string, Route>> = {
    [SESSION_PATH]: { method: "GET", answer: readSession },
    [API_PATH]: { method: "POST", answer: limited },
  };
  return {
    middleware: [answering(routes) as Middleware<AuthState>, eventSource({ pool, hub })],
    endStreams: (account) => hub.end(account),
    close: () => hub.close(),
  };
}

interface Route {
  readonly method: string;
  readonly answer: (ctx: JmapContext) => Promise<unknown>;
}

function answering(routes: Readonly<Record<string, Route>>): Middleware<AuthState & RequestState> {
  return async (ctx, next) => {
    const route = routes[ctx.path];
    if (!route) {
      await next();
      return;
    }
    if (ctx.method !== route.method) {
      ctx.status = 405;
      ctx.set("Allow", route.method);
      return;
    }
    ctx.set("Cache-Control", "no-cache, no-store, must-revalidate");
    try {
      ctx.body = JSON.stringify(await route.answer(ctx));
      ctx.type = "application/json";
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      ctx.status = error.status;
      ctx.body = JSON.stringify(error);
      ctx.type = "application/problem+json";
    }
  };
}

async function readRequestBody(ctx: JmapContext): Promise<Buffer> {
  if (!ctx.is("application/json")) {
    throw new RequestError("notJSON", "the request must have the type application/json");
  }
  try {
    return await readBody(ctx.req, LIMITS.maxSizeRequest);
  } catch (error) {
    if (!(error instanceof DavError)) throw error;
    if (error.status !== 413) throw new RequestError("notJSON", error.message);
    throw new RequestError("limit", error.message, { limit: "maxSizeRequest" });
  }
}
