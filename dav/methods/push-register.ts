import { DavError, violated } from "../errors.ts";
import type { DavRequest } from "../http/request.ts";
import type { CollectionPath, HomePath, ObjectPath } from "../paths.ts";
import { need } from "../privileges.ts";
import { readRegistration, type Registration, type Triggers } from "../push/register.ts";
import { targetOf, topicFor, type PushResource } from "../push/topic.ts";
import { resolve } from "../resolve.ts";
import { isCollection, isHome, type Resource } from "../resource.ts";
import type { Transaction } from "../store.ts";
import type { MethodContext, Work } from "./method.ts";

/** Days a registration lasts when the client does not say, and at the most. */
const DEFAULT_DAYS = 7;
const MOST_DAYS = 30;

const DAY = 86_400_000;

const BOTH: Triggers = { content: true, property: true };

/** What is announced, by kind of path: a home has no properties of interest. */
const TRIGGERS: Readonly<Record<string, Triggers>> = {
  home: { content: true, property: false },
  collection: BOTH,
};

/**
 * POST: registers a client for pushes (draft-bitfire-webdav-push, section "Subscription Registration").
 * Registering the same endpoint on the same resource again refreshes the registration.
 */
export function registerForPush(
  { kind }: HomePath | CollectionPath | ObjectPath,
  request: DavRequest,
  context: MethodContext,
): Work {
  const registration = readRegistration(request, TRIGGERS[kind] ?? BOTH);
  const { web } = context.push;
  if (web === null || TRIGGERS[kind] === undefined) {
    throw violated("push-not-available", "there is no push for this resource");
  }
  const problem = web.refuse(registration);
  if (problem !== null) throw violated("invalid-subscription", problem);
  return {
    mode: "write",
    run: async (tx) => {
      const resource = await resolvePushable(tx, request, context);
      return register(tx, resource, registration, context);
    },
  };
}

function isPushable(resource: Resource): resource is PushResource {
  return isHome(resource) || isCollection(resource);
}

async function resolvePushable(
  tx: Transaction,
  { path }: DavRequest,
  { user }: MethodContext,
): Promise<PushResource> {
  const resource = await resolve(tx, path);
  if (resource === null || !isPushable(resource)) {
    throw new DavError(404, "nothing is mapped to this URL");
  }
  need("read", resource, user.id);
  return resource;
}

async function register(
  tx: Transaction,
  resource: PushResource,
  registration: Registration,
  context: MethodContext,
) {
  const { web } = context.push;
  if (web === null) throw violated("push-not-available", "push is switched off");
  const expires = expiry(registration, context.now);
  const registered = await tx.register({
    appPassword: context.user.appPassword ?? null,
    target: targetOf(resource),
    topic: topicFor(resource, context.user.id),
    registration,
    expires,
    vapidKey: web.publicKey,
    userAgent: context.userAgent,
    now: context.now,
  });
  if (registered === null) {
    throw violated("push-not-available", "this account has as many registrations as it may");
  }
  const { id, created } = registered;
  const headers = { location: `${web.registrations}${id}`, expires: expires.toUTCString() };
  return { status: created ? 201 : 204, headers };
}

/** A time that is over, or was not understood, means the usual one. */
function expiry({ expires }: Registration, now: Date): Date {
  const wanted = (expires?.getTime() ?? 0) - now.getTime();
  const milliseconds = wanted > 0 ? Math.min(wanted, MOST_DAYS * DAY) : DEFAULT_DAYS * DAY;
  return new Date(now.getTime() + milliseconds);
}
