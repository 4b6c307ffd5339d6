import type { HomeKind } from "../../../../dav/store.ts";
import type { AppleCredentialConfig } from "../../config.ts";
import { type Credential, loadCredential } from "./credential.ts";

const DAY = 86_400_000;
const WARN_DAYS = 30;

/** COMPAT(iOS, macOS): Calendar and Contacts ignore topics that do not begin so (observed, not documented). */
const ACCEPTED_TOPICS: Readonly<Record<HomeKind, readonly string[]>> = {
  calendars: ["com.apple.calendar.", "com.me.", "com.icloud."],
  addressbooks: ["com.apple.contact.", "com.me.", "com.icloud."],
};

export interface CredentialCheck {
  /** Null when the credential cannot be loaded. */
  readonly topic: string | null;
  readonly notBefore: Date | null;
  readonly notAfter: Date | null;
  /** Whether pushes can be sent with it. */
  readonly usable: boolean;
  /** What is or will be wrong, in words; empty when all is well. */
  readonly problems: readonly string[];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** Why a credential cannot be used at a time, or null when it can. */
export function invalidity(credential: Credential, now: Date): string | null {
  const { validity } = credential;
  if (validity && now > validity.to) return `the certificate expired on ${day(validity.to)}`;
  if (validity && now < validity.from)
    return `the certificate is valid only from ${day(validity.from)}`;
  return null;
}

/** What an administrator should know of a credential that can be used; empty when there is nothing. */
export function warnings(credential: Credential, home: HomeKind, now: Date): string[] {
  const { topic, validity } = credential;
  const found: string[] = [];
  const days = validity ? Math.floor((validity.to.getTime() - now.getTime()) / DAY) : Infinity;
  if (validity && days <= WARN_DAYS)
    found.push(`the certificate expires on ${day(validity.to)}, in ${days} days; renew it`);
  if (!ACCEPTED_TOPICS[home].some((prefix) => topic.startsWith(prefix)))
    found.push(
      `Apple's clients ignore the topic ${topic}; one for ${home} begins with ${ACCEPTED_TOPICS[home][0]}`,
    );
  return found;
}

/** Checks one credential without sending anything. Never rejects. */
export async function checkCredential(
  config: AppleCredentialConfig,
  home: HomeKind,
  now: Date,
): Promise<CredentialCheck> {
  try {
    const credential = await loadCredential(config);
    const invalid = invalidity(credential, now);
    return {
      topic: credential.topic,
      notBefore: credential.validity?.from ?? null,
      notAfter: credential.validity?.to ?? null,
      usable: invalid === null,
      problems: invalid === null ? warnings(credential, home, now) : [invalid],
    };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { topic: null, notBefore: null, notAfter: null, usable: false, problems: [problem] };
  }
}
