import { randomBytes } from "node:crypto";
import type { Context, Middleware } from "koa";
import type { Pool } from "pg";
import { hashSecret, makeAppPassword } from "../auth/app-password.ts";
import type { Outcome } from "../auth/authenticator.ts";
import { credentialsOf, type Credentials } from "../auth/credentials.ts";
import { GateFullError } from "../auth/gate.ts";
import { DavError } from "../../dav/index.ts";
import { readBody } from "../body.ts";
import type { RequestState } from "../http/requests.ts";
import { insertAppPassword } from "../store/app-passwords.ts";
import {
  findLoginFlow,
  grantLoginFlow,
  insertLoginFlow,
  takeLoginFlow,
} from "../store/login-flows.ts";
import { loginPage, messagePage, PAGE_HEADERS } from "./page.ts";

export interface LoginOptions {
  readonly pool: Pool;
  readonly authenticate: (credentials: Credentials, address: string) => Promise<Outcome> | Outcome;
}

const START = /^(?:\/index\.php)?\/login\/v2$/;
const POLL = /^(?:\/index\.php)?\/login\/v2\/poll$/;
const PAGE = /^\/login\/v2\/flow\/([\w-]{43})$/;

const MAX_FORM = 8192;
const MAX_CLIENT = 100;

/**
 * Nextcloud's Login Flow v2, by which DAVx5 is set up in one tap: a client asks for a flow, shows its page in a browser, and
 * asks until somebody logged in there; then it is given an app password of its own. The password of the account never
 * reaches the client. Whoever is asked must know the page's URL, which cannot be guessed and works once.
 */
export function loginFlow(options: LoginOptions): Middleware {
  return async (ctx, next) => {
    if (START.test(ctx.path) && ctx.method === "POST") return start(ctx, options);
    if (POLL.test(ctx.path) && ctx.method === "POST") return poll(ctx, options);
    const page = PAGE.exec(ctx.path)?.[1];
    if (page === undefined) return next();
    ctx.state["loggedPath"] = "/login/v2/flow/...";
    ctx.set(PAGE_HEADERS);
    if (ctx.method === "GET") return show(ctx, options, hashSecret(page), null);
    if (ctx.method === "POST") return grant(ctx, options, hashSecret(page));
    ctx.throw(405);
  };
}

const secret = () => randomBytes(32).toString("base64url");

async function start(ctx: Context, { pool }: LoginOptions): Promise<void> {
  const [page, token] = [secret(), secret()];
  const client = ctx.get("user-agent").trim().slice(0, MAX_CLIENT) || "A program without a name";
  const flow = { pageHash: hashSecret(page), pollHash: hashSecret(token), client, address: ctx.ip };
  if (!(await insertLoginFlow(pool, flow))) {
    ctx.set("retry-after", "600");
    ctx.throw(429, "Too many logins are waiting. Try again later.");
  }
  const { origin } = ctx.state as RequestState;
  ctx.set("cache-control", "no-store");
  ctx.body = {
    poll: { token, endpoint: `${origin}/login/v2/poll` },
    login: `${origin}/login/v2/flow/${page}`,
  };
}

/** 404 as long as nobody logged in; the password is made when it is told, so that it is never stored. */
async function poll(ctx: Context, { pool }: LoginOptions): Promise<void> {
  const token = (await readForm(ctx)).get("token") ?? "";
  const taken = await takeLoginFlow(pool, hashSecret(token));
  if (taken === null) ctx.throw(404, "Nobody has logged in yet.");
  const password = makeAppPassword();
  const made = { label: taken.client, hash: hashSecret(password) };
  const id = await insertAppPassword(pool, taken.name, made);
  if (id === null) ctx.throw(403, "The account has as many app passwords as it may have.");
  const { origin } = ctx.state as RequestState;
  ctx.set("cache-control", "no-store");
  ctx.body = { server: origin, loginName: taken.name, appPassword: password };
}

async function show(
  ctx: Context,
  { pool }: LoginOptions,
  page: Buffer,
  problem: string | null,
): Promise<void> {
  const client = await findLoginFlow(pool, page);
  ctx.status = client === null ? 404 : problem === null ? 200 : 403;
  ctx.body =
    client === null
      ? messagePage(
          "Nothing to let in",
          "This page has been used, or is too old. Begin again in the program.",
        )
      : loginPage(client, problem);
}

async function grant(ctx: Context, options: LoginOptions, page: Buffer): Promise<void> {
  if (isFromElsewhere(ctx)) ctx.throw(403, "This form was sent by another site.");
  const form = await readForm(ctx);
  const credentials = credentialsOf(form.get("user") ?? "", form.get("password") ?? "");
  const outcome = await verify(ctx, options, credentials);
  const wrong = "That is not the name and password of an account here.";
  if (outcome === null || outcome.kind === "refused") return show(ctx, options, page, wrong);
  if (outcome.kind === "throttled") {
    return show(ctx, options, page, "Too many tries. Wait a few minutes.");
  }
  // Who holds the password of one device must not make another that outlives it.
  if (outcome.principal.appPassword !== undefined) {
    return show(
      ctx,
      options,
      page,
      "Log in with the password of the account, not with an app password.",
    );
  }
  if (!(await grantLoginFlow(options.pool, page, outcome.principal.id))) {
    return show(ctx, options, page, null);
  }
  ctx.body = messagePage(
    "Done",
    "The program is let in. You can close this page and go back to it.",
  );
}

async function verify(
  ctx: Context,
  { authenticate }: LoginOptions,
  credentials: Credentials | null,
): Promise<Outcome | null> {
  try {
    return credentials && (await authenticate(credentials, ctx.ip));
  } catch (error) {
    if (!(error instanceof GateFullError)) throw error;
    return { kind: "throttled", retryAfter: 5 };
  }
}

/** Whether a browser says that a page of another origin sent the form. */
function isFromElsewhere(ctx: Context): boolean {
  const { origin } = ctx.state as RequestState;
  const sender = ctx.get("origin");
  const site = ctx.get("sec-fetch-site");
  return (sender !== "" && sender !== origin) || (site !== "" && site !== "same-origin");
}

async function readForm(ctx: Context): Promise<URLSearchParams> {
  if (ctx.is("application/x-www-form-urlencoded") === false) ctx.throw(415, "Send a form.");
  const body = await readBody(ctx.req, MAX_FORM).catch((error: unknown) => {
    if (error instanceof DavError) ctx.throw(error.status, error.message);
    throw error;
  });
  return new URLSearchParams(body.toString());
}
