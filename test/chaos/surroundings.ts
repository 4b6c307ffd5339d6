/** What subscribers need around them: push services, a server to ask, and its database. */
import type { Pool } from "pg";
import { ApnsStandIn } from "../support/apns.ts";
import { appleConfig } from "../support/push.ts";
import { startPushService, type PushService } from "../support/push-service.ts";
import type { Send } from "../support/transcript.ts";

export interface Surroundings {
  readonly pool: Pool;
  readonly service: PushService;
  readonly apns: ApnsStandIn;
  /** Sends a request to a server; rejects when no answer comes. */
  readonly send: Send;
  /** A server that is up. */
  readonly origin: () => string;
  readonly teardown: (work: () => unknown) => void;
}

/** Starts the push services, and gives what makes a server use them. */
export async function openServices(teardown: Surroundings["teardown"]) {
  const service = await startPushService({ teardown });
  const apns = await ApnsStandIn.start({ teardown });
  const { calendar, contacts, port, ca } = await appleConfig({ teardown }, apns);
  const variables = {
    ...service.environment,
    PUSHDAV_APPLE_HOST: "localhost",
    PUSHDAV_APPLE_PORT: String(port),
    PUSHDAV_APPLE_CA: ca ?? "",
    PUSHDAV_APPLE_CALENDAR_CERTIFICATE: calendar?.certificate ?? "",
    PUSHDAV_APPLE_CALENDAR_KEY: calendar?.key ?? "",
    PUSHDAV_APPLE_CONTACTS_CERTIFICATE: contacts?.certificate ?? "",
    PUSHDAV_APPLE_CONTACTS_KEY: contacts?.key ?? "",
  };
  return { service, apns, variables };
}
