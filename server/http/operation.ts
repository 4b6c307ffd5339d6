import { createHash, timingSafeEqual } from "node:crypto";
import type { Context, Middleware } from "koa";
import type { Config } from "../config.ts";
import { errorMessage } from "../failure.ts";

export interface OperationOptions {
  readonly config: Config;
  /** Why the server cannot answer requests, or null when it can. */
  readonly findObstacle: () => Promise<string | null>;
  /** The metrics of all processes, in Prometheus's text format. */
  readonly readMetrics: () => Promise<string>;
}

const LOOPBACK = /^(127\.|::1$|::ffff:127\.)/;
/** Milliseconds that a finding is used for, so that nobody can make the database work with it. */
const FRESH = 1000;

function answer(ctx: Context, status: number, text: string): void {
  ctx.status = status;
  ctx.set("Cache-Control", "no-store");
  ctx.type = "text/plain; charset=utf-8";
  ctx.body = text;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

/** Compares in a time that tells nothing of either text. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

/** By the token if one is set, else from this machine and not through a proxy on it. */
function mayReadMetrics(ctx: Context, token: string | null): boolean {
  if (token !== null) return isSame(ctx.get("Authorization"), `Bearer ${token}`);
  const peer = ctx.socket.remoteAddress ?? "";
  return LOOPBACK.test(peer) && ctx.get("X-Forwarded-For") === "" && ctx.get("Forwarded") === "";
}

async function answerMetrics(ctx: Context, options: OperationOptions): Promise<void> {
  if (!mayReadMetrics(ctx, options.config.metricsToken)) {
    return answer(ctx, 403, "Metrics are for this machine, or for PUSHDAV_METRICS_TOKEN.\n");
  }
  try {
    answer(ctx, 200, await options.readMetrics());
    ctx.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  } catch (error) {
    answer(ctx, 503, `${errorMessage(error)}\n`);
  }
}

/** Remembers a finding for a moment. */
function briefly<T>(find: () => Promise<T>): () => Promise<T> {
  let last: { at: number; finding: Promise<T> } | null = null;
  return () => {
    if (!last || performance.now() - last.at > FRESH) {
      last = { at: performance.now(), finding: find() };
    }
    return last.finding;
  };
}

/** Answers /healthz (the process lives), /readyz (it can serve) and /metrics. */
export function operationEndpoints(options: OperationOptions): Middleware {
  const findObstacle = briefly(options.findObstacle);
  const endpoints: Readonly<Record<string, (ctx: Context) => Promise<void> | void>> = {
    "/healthz": (ctx) => answer(ctx, 200, "ok\n"),
    "/readyz": async (ctx) => {
      const obstacle = await findObstacle();
      answer(ctx, obstacle === null ? 200 : 503, `${obstacle ?? "ready"}\n`);
    },
    "/metrics": (ctx) => answerMetrics(ctx, options),
  };
  return async (ctx, next) => {
    const endpoint = endpoints[ctx.path];
    const isRead = ctx.method === "GET" || ctx.method === "HEAD";
    await (endpoint && isRead ? endpoint(ctx) : next());
  };
}
