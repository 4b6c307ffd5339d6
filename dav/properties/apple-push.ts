import type { AppleTransport } from "../http/request.ts";
import { isHome } from "../resource.ts";
import { el, href, type Element } from "../xml/element.ts";
import { cs } from "../xml/names.ts";
import { COLLECTIONS, HOMES, property } from "./property.ts";

function transport(apple: AppleTransport): Element {
  return el(
    cs("transport"),
    [
      el(cs("subscription-url"), [href(apple.subscriptionUrl)]),
      el(cs("apsbundleid"), [apple.topic]),
      el(cs("env"), [apple.environment]),
      el(cs("refresh-interval"), [String(apple.refreshInterval)]),
    ],
    { type: "APSD" },
  );
}

/**
 * Apple's caldav-pubsubdiscovery. The home's key is repeated on its collections, because iOS watches
 * the keys of collections only, and a change of the home must reach it too. Whoever was granted a collection sees
 * another key, the same for all of them: its own, which lasts as long as the collection and tells nothing.
 */
export const APPLE_PUSH = [
  property({
    name: cs("push-transports"),
    on: HOMES,
    get: ({ home }, { push }) => {
      const apple = push[home.kind];
      return apple && [transport(apple)];
    },
  }),
  property({
    name: cs("pushkey"),
    on: [...HOMES, ...COLLECTIONS],
    get: (resource, { push, user }) => {
      const [home, shared] = isHome(resource)
        ? [resource.home, null]
        : [resource.collection.home, resource.collection.pushKey];
      const key = home.owner.id === user.id ? home.pushKey : shared;
      return key !== null && push[home.kind] ? [key] : null;
    },
  }),
];
