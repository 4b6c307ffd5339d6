import { METHODS } from "node:http";
import { Router } from "@koa/router";
import type { Context as KoaContext, Middleware } from "koa";
import {
  commonHeaders,
  DAV_ROOT,
  DavError,
  errorResponse,
  parsePath,
  prepare,
  silencedBy,
  type Context,
  type DavResponse,
  type Limits,
  type Part,
  type PushAdvertisement,
  type Rest,
} from "../dav/index.ts";
import { readBody } from "./body.ts";
import { endWhenStalled, streamOf } from "./long-answers.ts";
import type { RequestState } from "./http/requests.ts";
import { silencedDevice } from "./push/transports/apple/token.ts";
import type { Store } from "./store/store.ts";

/** What the DAV tree needs from the process around it. */
export interface DavDependencies {
  readonly store: Store;
  readonly limits: Limits;
  /** Largest request body, in bytes. */
  readonly maxRequestSize: number;
  /** Seconds for which a client may take nothing of an answer. */
  readonly stallTimeout: number;
  /** What is advertised about push just now, at this origin. */
  readonly push: (origin: string) => PushAdvertisement;
  /** Whether clients may let the server name new members. */
  readonly addMember: boolean;
  /** See Context. */
  readonly refuseFeed: Context["refuseFeed"];
  /** See Context. */
  readonly oneAddressBook: boolean;
  /** Whether the accounts are an address book. */
  readonly directory: boolean;
  /** Whether each account has an area for plain files. */
  readonly files: boolean;
  readonly now: () => Date;
}

/** Where the DAV tree is mounted; the last two serve discovery only. */
const MOUNTS = [`${DAV_ROOT}{*path}`, "/dav", "/", "/principals{/}"];

/**
 * Routes the DAV tree, with methods it does not know too, so that they are 405 and not 404. It must
 * stand behind authentication, which sets `ctx.state.principal`.
 * This is the only place where Koa and the protocol meet.
 */
export function davRouter(deps: DavDependencies): Router {
  const router = new Router({ methods: METHODS });
  router.register(MOUNTS, METHODS, async (ctx) => {
    const path = parsePath(ctx.path);
    try {
      // A fragment would be cut off, and DELETE meet something else than was meant (RFC 9112 section 3.2).
      if (ctx.url.includes("#")) throw new DavError(400, "a request target has no fragment");
      if (path === null) throw new DavError(404, "nothing is mapped to this URL");
      const context = contextOf(ctx, deps);
      const { web } = context.push;
      ctx.set(commonHeaders(path, { webPush: web !== null }));
      const body = await readBody(ctx.req, deps.maxRequestSize);
      const { method, headers } = ctx;
      const query = ctx.querystring;
      const request = { method, path, query, headers: singular(headers), body };
      const work = await prepare(request, context);
      const answer = await deps.store.run(work, context.user.id, silenced(ctx, context.push));
      const read = (run: Rest) => deps.store.run({ mode: "snapshot", run }, context.user.id);
      send(ctx, answer, read);
      endWhenStalled(ctx.socket, ctx.length ?? null, deps.stallTimeout);
    } catch (error) {
      if (!(error instanceof DavError)) throw error;
      send(ctx, errorResponse(error), null);
    }
  });
  return router;
}

const WELL_KNOWN = /^\/\.well-known\/(?:caldav|carddav)\/?$/;
/** COMPAT(DAVx5): after Nextcloud's login flow the tree is looked for where Nextcloud has it. */
const NEXTCLOUD = /^\/remote\.php\/dav\/?$/;

/**
 * Answers that need nobody to be authenticated: OPTIONS anywhere, and the redirect from the
 * well-known URIs (RFC 6764 section 5), which TbSync wants to be a 301.
 */
export function anonymousDav(extensions: { readonly webPush: boolean }): Middleware {
  return async (ctx, next) => {
    if (WELL_KNOWN.test(ctx.path) || (NEXTCLOUD.test(ctx.path) && ctx.method !== "OPTIONS")) {
      ctx.redirect(DAV_ROOT);
      ctx.status = 301;
    } else if (ctx.method === "OPTIONS") {
      ctx.set(commonHeaders(parsePath(ctx.path) ?? { kind: "root" }, extensions));
      ctx.status = 200;
      ctx.body = "";
    } else await next();
  };
}

/** Which subscriptions of the user asked not to be told of what the request changes. */
function silenced(ctx: KoaContext, { web }: PushAdvertisement): readonly string[] {
  return [
    ...(web ? silencedBy(ctx.get("push-dont-notify"), web.registrations) : []),
    ...silencedDevice(ctx.get("x-apple-dav-pushtoken")),
  ];
}

function contextOf(ctx: KoaContext, deps: DavDependencies): Context {
  const { origin } = ctx.state as RequestState;
  return {
    user: ctx.state["principal"],
    hosts: [new URL(origin).host, ctx.host],
    now: deps.now(),
    userAgent: ctx.get("user-agent").slice(0, 255),
    limits: deps.limits,
    push: deps.push(origin),
    addMember: deps.addMember,
    refuseFeed: deps.refuseFeed,
    oneAddressBook: deps.oneAddressBook,
    directory: deps.directory,
    files: deps.files,
  };
}

/** Node gives a list for a few headers, none of which DAV uses. */
function singular(
  headers: NodeJS.Dict<string | string[]>,
): Readonly<Record<string, string | undefined>> {
  return headers as Record<string, string | undefined>;
}

/** @param read runs what reads the rest of an answer; null for one without */
function send(
  ctx: KoaContext,
  { status, headers, body, rest = null }: DavResponse,
  read: ((rest: Rest) => Promise<Part>) | null,
): void {
  ctx.status = status;
  ctx.set(headers);
  if (body === undefined) ctx.body = status === 204 || status === 304 ? null : "";
  else {
    // Encoded once: of a string Koa would count the bytes first.
    const bytes = typeof body === "string" ? Buffer.from(body) : body;
    ctx.body = rest === null || read === null ? bytes : streamOf({ body: bytes, rest }, read);
  }
  // Koa gives every body a type, an empty one too.
  const type = headers["content-type"];
  if (type === undefined) ctx.remove("content-type");
  else ctx.set("content-type", type);
}
