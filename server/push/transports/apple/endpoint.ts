import type { Context, Middleware, ParameterizedContext } from "koa";
import type { Pool } from "pg";
import type { Logger } from "pino";
import type { AuthState } from "../../../auth/basic.ts";
import { findTargetOfKey, recordSubscription } from "../../subscriptions.ts";
import { APPLE } from "../../transport.ts";
import { APPLE_SUBSCRIPTION_PATH } from "./advertisement.ts";
import type { AppleCredentials } from "./credentials.ts";
import { maskToken, normalizeToken } from "./token.ts";

const FORM = "application/x-www-form-urlencoded";
const MAX_FORM = 4096;
const KEY = /^[A-Za-z0-9._~-]{1,64}$/;

/** A device asks once a day and key, so this stops only what is broken or hostile. */
const PER_MINUTE = 120;

/**
 * Seconds after which a subscription that was not refreshed ends: 14 days. Clients renew about daily whatever
 * refresh interval is published, so it is not derived from that.
 */
const LIFETIME = 14 * 86_400;

const ALLOWANCE = { most: 200, evict: true };

/** One text for all: what is unknown must not be told from what is forbidden. */
const REFUSAL = "no such key, or no token\n";

export interface AppleEndpointOptions {
  readonly pool: Pool;
  readonly credentials: () => AppleCredentials;
  readonly log: Logger;
  readonly clock: () => Date;
}

/** Counts requests by principal in the present minute; refuses those above the rate. */
function createLimiter(clock: () => Date): (id: number) => boolean {
  let minute = 0;
  let counts = new Map<number, number>();
  return (id) => {
    const present = Math.floor(clock().getTime() / 60_000);
    if (present !== minute) counts = new Map();
    minute = present;
    const count = (counts.get(id) ?? 0) + 1;
    counts.set(id, count);
    return count <= PER_MINUTE;
  };
}

/** The text of a form, or "" when it is none or too long to be one of ours. */
async function readForm(ctx: Context): Promise<string> {
  if (!ctx.is(FORM)) return "";
  let text = "";
  ctx.req.setEncoding("utf8");
  for await (const chunk of ctx.req) {
    text += String(chunk);
    if (text.length > MAX_FORM) return "";
  }
  return text;
}

/** Token and key from form or query; null when either is malformed. */
async function readRequest(ctx: Context): Promise<{ token: string; key: string } | null> {
  const form = new URLSearchParams(await readForm(ctx));
  const query = new URLSearchParams(ctx.querystring);
  const token = normalizeToken(form.get("token") ?? query.get("token") ?? "");
  const key = form.get("key") ?? query.get("key") ?? "";
  return token !== null && KEY.test(key) ? { token, key } : null;
}

function topicOf(credentials: AppleCredentials, home: string): string | null {
  if (home !== "calendars" && home !== "addressbooks") return null;
  return credentials[home]?.topic ?? null;
}

async function subscribe(
  options: AppleEndpointOptions,
  ctx: ParameterizedContext<AuthState>,
): Promise<boolean> {
  const { pool, log, clock } = options;
  const { principal } = ctx.state;
  const asked = await readRequest(ctx);
  if (!asked) return false;
  const found = await findTargetOfKey(pool, asked.key);
  const topic = found && topicOf(options.credentials(), found.home);
  if (!topic) return false;
  const now = clock();
  const subscription = {
    principalId: principal.id,
    appPassword: principal.appPassword ?? null,
    transport: APPLE,
    identity: `${asked.token} ${asked.key}`,
    endpoint: asked.token,
    origin: "",
    target: found,
    topic,
    details: { key: asked.key },
    userAgent: ctx.get("User-Agent"),
    address: ctx.ip,
    expiresAt: new Date(now.getTime() + LIFETIME * 1000),
  };
  const { kind } = await recordSubscription(pool, subscription, ALLOWANCE, now);
  const recorded = kind === "created" || kind === "refreshed";
  const logged = { principal: principal.name, token: maskToken(asked.token), recorded };
  log.info(logged, "push: subscription asked for by an Apple client");
  return recorded;
}

/** Answers what needs no look at the request itself. Returns whether it did. */
function refuse(ctx: Context, { calendars, addressbooks }: AppleCredentials): boolean {
  if (!calendars && !addressbooks) {
    ctx.status = 404;
    return true;
  }
  if (ctx.method === "GET" || ctx.method === "POST") return false;
  ctx.status = 405;
  ctx.set("Allow", "GET, POST");
  return true;
}

/**
 * Koa middleware for the subscription URL of Apple's clients (caldav-pubsubdiscovery-02): GET or POST with `token` and
 * `key` in the query or in a form. Expects `ctx.state.principal` to be set by authentication; passes on what
 * is for another path. Answers 200 with an empty body, or 400, 404 (no credential), 405 or 429.
 */
export function appleSubscriptions(options: AppleEndpointOptions): Middleware<AuthState> {
  const withinRate = createLimiter(options.clock);

  return async (ctx, next) => {
    if (ctx.path.replace(/\/$/, "") !== APPLE_SUBSCRIPTION_PATH) {
      await next();
      return;
    }
    if (refuse(ctx, options.credentials())) return;
    if (!withinRate(ctx.state.principal.id)) {
      ctx.status = 429;
      ctx.set("Retry-After", "60");
      return;
    }
    const recorded = await subscribe(options, ctx);
    ctx.type = "text/plain";
    ctx.status = recorded ? 200 : 400;
    ctx.body = recorded ? "" : REFUSAL;
  };
}
