import { DavError, violated } from "../errors.ts";
import { anyXmlBody } from "../http/body.ts";
import type { DavRequest } from "../http/request.ts";
import { attribute, child, elements, text, type Element } from "../xml/element.ts";
import { webdavPush } from "../xml/names.ts";

/** What a client asks for with a push-register (draft-bitfire-webdav-push, section "Subscription Management"). */
export interface Registration {
  /** Where a push service takes messages for the client: absolute. */
  readonly endpoint: string;
  /** Base64url: its public key, and the secret shared with it. */
  readonly p256dh: string;
  readonly auth: string;
  /** Which changes it wants to hear of. */
  readonly triggers: Triggers;
  /** Until when, if it said so and was understood. */
  readonly expires: Date | null;
}

export interface Triggers {
  readonly content: boolean;
  readonly property: boolean;
}

const PUSH_REGISTER = webdavPush("push-register");

/** Bytes of a push-register: a URL, two keys and some names. */
const MAX_BODY = 16_384;

/**
 * Reads the push-register that a POST carries.
 *
 * @param supported the triggers of the resource; others are ignored
 * @throws DavError invalid-subscription, no-supported-trigger, or 400, 413 and 415 for anything else
 */
export function readRegistration(request: DavRequest, supported: Triggers): Registration {
  if (request.body.length > MAX_BODY)
    throw new DavError(413, "a registration is shorter than that");
  const root = anyXmlBody(request);
  if (root.name !== PUSH_REGISTER) {
    throw new DavError(415, `a POST of ${root.name} means nothing here`);
  }
  const [subscription, ...others] = elements(root).filter(
    ({ name }) => name === webdavPush("subscription"),
  );
  if (subscription === undefined || others.length > 0) {
    throw violated("invalid-subscription", "there must be one subscription");
  }
  return {
    ...readSubscription(subscription),
    triggers: readTriggers(child(root, webdavPush("trigger")), supported),
    expires: readDate(child(root, webdavPush("expires"))),
  };
}

function readSubscription(subscription: Element) {
  const [typed, ...others] = elements(subscription);
  if (typed?.name !== webdavPush("web-push-subscription") || others.length > 0) {
    throw violated("invalid-subscription", "only one web-push-subscription is understood");
  }
  // COMPAT(DAVx5 up to 4.5.19): no content-encoding means the only one there is (bitfireAT/davx5-ose#2859).
  const encoding = child(typed, webdavPush("content-encoding"));
  if (encoding && text(encoding).trim().toLowerCase() !== "aes128gcm") {
    throw violated("invalid-subscription", "content-encoding must be aes128gcm");
  }
  const key = child(typed, webdavPush("subscription-public-key"));
  if (key && attribute(key, "type") !== "p256dh") {
    throw violated("invalid-subscription", "the type of subscription-public-key must be p256dh");
  }
  return {
    endpoint: needed(typed, "push-resource"),
    p256dh: needed(typed, "subscription-public-key"),
    auth: needed(typed, "auth-secret"),
  };
}

function needed(parent: Element, local: string): string {
  const found = child(parent, webdavPush(local));
  const value = found && text(found).trim();
  if (value) return value;
  throw violated("invalid-subscription", `web-push-subscription needs ${local}`);
}

/** Depths are lowered to what is supported, which is all that can be told apart anyway. */
function readTriggers(trigger: Element | undefined, supported: Triggers): Triggers {
  // COMPAT(DAVx5 up to 4.5.19): no trigger means changes of content (jelmer/xandikos#716).
  if (trigger === undefined) return { content: supported.content, property: false };
  const asked = (local: string) => child(trigger, webdavPush(local)) !== undefined;
  const triggers = {
    content: supported.content && asked("content-update"),
    property: supported.property && asked("property-update"),
  };
  if (triggers.content || triggers.property) return triggers;
  throw violated("no-supported-trigger", "none of these triggers is supported here");
}

function readDate(expires: Element | undefined): Date | null {
  const date = new Date(expires ? text(expires).trim() : Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date;
}
