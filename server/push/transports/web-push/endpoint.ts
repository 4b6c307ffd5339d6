import type { Middleware } from "koa";
import type { Pool } from "pg";
import type { AuthState } from "../../../auth/basic.ts";
import { endSubscription } from "../../subscriptions.ts";
import { WEB_PUSH } from "../../transport.ts";

/** Below which registrations are, under the public origin. */
export const REGISTRATIONS_PATH = "/push/subscriptions/";

const NAME = /^[0-9a-f]{32}$/;

/**
 * Koa middleware for the URLs of WebDAV-Push registrations (section "Subscription Removal"): DELETE ends one of the
 * user's own and answers 204; 404 for others' as for those that are not there, 405 for other methods.
 */
export function webPushRegistrations(pool: Pool, now: () => Date): Middleware<AuthState> {
  return async (ctx, next) => {
    if (!ctx.path.startsWith(REGISTRATIONS_PATH)) {
      await next();
      return;
    }
    const id = ctx.path.slice(REGISTRATIONS_PATH.length);
    if (ctx.method !== "DELETE") {
      ctx.status = 405;
      ctx.set("Allow", "DELETE");
      return;
    }
    const subscription = { transport: WEB_PUSH, principalId: ctx.state.principal.id, publicId: id };
    const ended = NAME.test(id) && (await endSubscription(pool, subscription, now()));
    ctx.status = ended ? 204 : 404;
  };
}
