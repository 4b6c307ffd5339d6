import { randomUUID } from "node:crypto";
import type { Context, Middleware } from "koa";
import { HttpError } from "koa";
import type { Logger } from "pino";
import type { Config } from "../config.ts";
import { errorMessage, isOutage } from "../failure.ts";
import { countRequest } from "../metrics.ts";
import { forwardedReader } from "./forwarded.ts";

/** What every request carries in `ctx.state`. */
export interface RequestState {
  /** Names the request in logs and answers. */
  readonly requestId: string;
  /** Scheme, host and port of this server as the client sees it, such as `https://dav.example.org`. */
  readonly origin: string;
  /** What the log shows in place of a path that lets in whoever knows it. */
  readonly loggedPath?: string;
}

const REQUEST_ID = /^[\w.:-]{1,64}$/;
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;
/** Asked every few seconds by machines: logged only when they fail, or at level debug. */
const QUIET = new Set(["/healthz", "/readyz", "/metrics"]);

function requestIdOf(ctx: Context): string {
  const given = ctx.get("X-Request-Id");
  return REQUEST_ID.test(given) ? given : randomUUID();
}

/** Gives each request its id, and the address and origin that trusted proxies tell. */
export function describeRequests(config: Config["http"]): Middleware {
  const readForwarded = forwardedReader(config.trustedProxies);
  return (ctx, next) => {
    const requestId = requestIdOf(ctx);
    ctx.state["requestId"] = requestId;
    ctx.set("X-Request-Id", requestId);
    const forwarded = readForwarded(ctx.socket.remoteAddress ?? "", ctx.headers);
    const protocol = forwarded.protocol ?? (config.tls ? "https" : "http");
    const host = forwarded.host ?? ctx.get("Host");
    if (forwarded.address) ctx.request.ip = forwarded.address;
    // HTTP/1.0 has none.
    const origin = `${protocol}://${host || "localhost"}`;
    if (host !== "" && !(HOST.test(host) && URL.canParse(origin))) {
      ctx.throw(400, "The Host header is malformed.");
    }
    ctx.state["origin"] = config.publicUrl ?? origin;
    return next();
  };
}

function levelOf(ctx: Context): "debug" | "info" | "error" {
  if (ctx.status >= 500 && ctx.path !== "/readyz") return "error";
  return QUIET.has(ctx.path) ? "debug" : "info";
}

function logAnswer(ctx: Context, log: Logger, milliseconds: number, aborted: boolean): void {
  const principal: { name?: string } | undefined = ctx.state["principal"];
  log[levelOf(ctx)](
    {
      requestId: ctx.state["requestId"],
      method: ctx.method,
      path: (ctx.state as RequestState).loggedPath ?? ctx.path,
      status: ctx.status,
      ms: Math.round(milliseconds * 10) / 10,
      address: ctx.ip,
      ...(principal?.name === undefined ? {} : { user: principal.name }),
      ...(aborted ? { aborted } : {}),
    },
    "request",
  );
}

/** Counts and logs each request when its answer has been sent, or its connection broke. */
export function recordRequests(log: Logger): Middleware {
  return async (ctx, next) => {
    const start = performance.now();
    ctx.res.once("close", () => {
      const milliseconds = performance.now() - start;
      countRequest(ctx.method, ctx.status, milliseconds / 1000);
      logAnswer(ctx, log, milliseconds, !ctx.res.writableFinished);
    });
    await next();
  };
}

/** Seconds after which a client may ask again when the database is away: a restart takes about that. */
const RETRY_AFTER = "5";

/**
 * Answers what was thrown: what is meant for the client as it is, 503 while the database is away, all else as 500 with the
 * id only.
 */
export function guardErrors(log: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (isOutage(error)) {
        log.warn({ reason: errorMessage(error), requestId: ctx.state["requestId"] }, "no database");
        ctx.status = 503;
        ctx.set("Retry-After", RETRY_AFTER);
        ctx.body = "The database does not answer just now. Try again in a moment.\n";
        return;
      }
      const meant = error instanceof HttpError && error.expose;
      if (!meant) log.error({ err: error, requestId: ctx.state["requestId"] }, "request failed");
      ctx.status = error instanceof HttpError ? error.status : 500;
      if (error instanceof HttpError && error.headers) ctx.set(error.headers);
      ctx.type = "text/plain; charset=utf-8";
      ctx.body = meant
        ? `${error.message}\n`
        : `Internal error. The log has more under the request id ${ctx.state["requestId"]}.\n`;
    }
  };
}
