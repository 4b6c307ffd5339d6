import type { Middleware, ParameterizedContext } from "koa";
import type { Pool } from "pg";
import { DavError } from "../../../../dav/index.ts";
import type { AuthState } from "../../../auth/basic.ts";
import { readBody } from "../../../body.ts";
import { Failure } from "../../../failure.ts";
import { endSubscription } from "../../subscriptions.ts";
import { WEBHOOK } from "../../transport.ts";
import { createWebhook, listWebhooks, renewSecret } from "./webhooks.ts";
import { readWish } from "./wish.ts";

/** The webhooks of the account that asks; each is below it. */
const WEBHOOKS_PATH = "/push/webhooks";
const PATH = new RegExp(`^${WEBHOOKS_PATH}(?:/(?:([0-9a-f]{32})(/secret)?)?)?$`);

const MAX_BODY = 65_536;

export interface WebhookEndpointOptions {
  readonly pool: Pool;
  readonly clock: () => Date;
  /** A URL that messages can be sent to, or in words why not. */
  readonly checkUrl: (url: string) => URL | string;
}

type WebhookContext = ParameterizedContext<AuthState>;
type Handler = (ctx: WebhookContext, id: string) => Promise<void>;

/**
 * Koa middleware for an account's own webhooks, behind authentication: GET lists them as JSON, POST makes one (201 with
 * its secret, which is not shown again; 400 says in words what is wrong), DELETE below ends one, and POST to its `secret` gives
 * it a new one.
 */
export function webhookEndpoint(options: WebhookEndpointOptions): Middleware<AuthState> {
  const { pool, clock, checkUrl } = options;

  const list: Handler = async (ctx) => {
    ctx.body = { webhooks: await listWebhooks(pool, ctx.state.principal.id) };
  };
  const create: Handler = async (ctx) => {
    const wish = readWish(await readJson(ctx));
    const url = checkUrl(wish.url);
    if (typeof url === "string") throw new Failure(`url ${url}`);
    const { principal } = ctx.state;
    const given = { principal, wish, url, userAgent: ctx.get("User-Agent"), address: ctx.ip };
    const created = await createWebhook(pool, given, clock());
    ctx.status = 201;
    ctx.set({ Location: `${WEBHOOKS_PATH}/${created.id}`, "Cache-Control": "no-store" });
    ctx.body = created;
  };
  const end: Handler = async (ctx, publicId) => {
    const subscription = { transport: WEBHOOK, principalId: ctx.state.principal.id, publicId };
    ctx.status = (await endSubscription(pool, subscription, clock())) ? 204 : 404;
  };
  const renew: Handler = async (ctx, publicId) => {
    await readJson(ctx);
    const secret = await renewSecret(pool, ctx.state.principal.id, publicId, clock());
    ctx.status = secret === null ? 404 : 200;
    ctx.set("Cache-Control", "no-store");
    ctx.body = secret === null ? "" : { id: publicId, secret };
  };
  const onAll: Readonly<Record<string, Handler>> = { GET: list, POST: create };
  const onOne: Readonly<Record<string, Handler>> = { DELETE: end };
  const onSecret: Readonly<Record<string, Handler>> = { POST: renew };

  return async (ctx, next) => {
    const match = PATH.exec(ctx.path);
    if (!match) {
      await next();
      return;
    }
    const [, id, secret] = match;
    const handlers = id === undefined ? onAll : secret === undefined ? onOne : onSecret;
    const handler = Object.hasOwn(handlers, ctx.method) ? handlers[ctx.method] : undefined;
    if (!handler) {
      ctx.status = 405;
      ctx.set("Allow", Object.keys(handlers).join(", "));
      return;
    }
    await refusing(ctx, () => handler(ctx, id ?? ""));
  };
}

/** Answers what the user can mend with 400 and the words for it. */
async function refusing(ctx: WebhookContext, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    ctx.status = 400;
    ctx.body = { error: error.message };
  }
}

async function readJson(ctx: WebhookContext): Promise<unknown> {
  // A page of another site cannot send this type with the credentials of a browser.
  if (!ctx.is("application/json")) throw new Failure("send JSON, as application/json");
  try {
    return JSON.parse((await readBody(ctx.req, MAX_BODY)).toString());
  } catch (error) {
    if (error instanceof DavError) throw new Failure(error.message);
    throw new Failure("the body is not JSON");
  }
}
