import type { Context, Middleware } from "koa";
import type { AuthenticatedPrincipal, Authenticator } from "./authenticator.ts";
import { parseBasic } from "./credentials.ts";
import { GateFullError } from "./gate.ts";

/** What this middleware leaves in `ctx.state`. */
export interface AuthState {
  principal: AuthenticatedPrincipal;
}

const CHALLENGE = 'Basic realm="pushdav", charset="UTF-8"';

/**
 * Lets pass who authenticates by Basic (RFC 7617) and sets `ctx.state.principal`. Answers 401 with a
 * challenge otherwise, 429 with Retry-After to who failed too often, 503 when too many are waiting.
 */
export function basicAuthentication(authenticator: Authenticator): Middleware<AuthState> {
  return async (ctx, next) => {
    const credentials = parseBasic(ctx.get("Authorization"));
    // Apple's clients ask without credentials first (Q39), so that counts as nothing.
    if (!credentials) return challenge(ctx);
    try {
      const outcome = await authenticator.authenticate(credentials, ctx.ip);
      if (outcome.kind === "refused") return challenge(ctx);
      if (outcome.kind === "throttled") return later(ctx, 429, outcome.retryAfter);
      ctx.state.principal = outcome.principal;
    } catch (error) {
      if (!(error instanceof GateFullError)) throw error;
      return later(ctx, 503, 5);
    }
    return next();
  };
}

function challenge(ctx: Context): void {
  ctx.status = 401;
  ctx.set("WWW-Authenticate", CHALLENGE);
  ctx.type = "text/plain; charset=utf-8";
  ctx.body = "Log in with your account name and password.\n";
}

function later(ctx: Context, status: 429 | 503, seconds: number): void {
  ctx.status = status;
  ctx.set("Retry-After", String(seconds));
  ctx.type = "text/plain; charset=utf-8";
  ctx.body = "Too many logins. Try again later.\n";
}
