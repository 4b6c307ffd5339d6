import type { PushConfig } from "../config.ts";

/** Whom push services may ask about this server (RFC 8292 section 2.1); they want some address even where there is none. */
export function contactOf({ contact }: Pick<PushConfig, "contact">): string {
  return contact ?? "mailto:postmaster@localhost";
}
