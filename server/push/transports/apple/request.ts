import { randomUUID } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http2";
import type { AppleConfig } from "../../config.ts";
import type { Delivery } from "../../transport.ts";

function unixSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** The headers of one push ("Sending notification requests to APNs", Apple). */
export function pushHeaders(
  config: AppleConfig,
  delivery: Delivery,
  bearer: string | null,
  now: Date,
): OutgoingHttpHeaders {
  return {
    ":method": "POST",
    ":path": `/3/device/${delivery.endpoint}`,
    "content-type": "application/json",
    "apns-topic": delivery.topic,
    "apns-priority": String(config.priority),
    "apns-expiration": String(unixSeconds(now) + config.expiration),
    "apns-id": randomUUID(),
    ...(config.pushType === "" ? {} : { "apns-push-type": config.pushType }),
    ...(bearer === null ? {} : { authorization: `bearer ${bearer}` }),
  };
}

/**
 * The payload (caldav-pubsubdiscovery-02): the key of what changed and two times in Unix seconds, nothing else.
 *
 * @param aps whether to add the member that makes it a background notification like any other app's
 */
export function pushPayload(delivery: Delivery, aps: boolean, now: Date): string {
  const changed = unixSeconds(delivery.lastChangedAt);
  return JSON.stringify({
    ...(aps ? { aps: { "content-available": 1 } } : {}),
    key: delivery.details["key"],
    dataChangedTimestamp: changed,
    pushRequestSubmittedTimestamp: Math.max(changed, unixSeconds(now)),
  });
}
