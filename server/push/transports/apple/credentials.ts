import type { Logger } from "pino";
import type { HomeKind } from "../../../../dav/store.ts";
import type { AppleConfig, AppleCredentialConfig } from "../../config.ts";
import { invalidity, warnings } from "./check.ts";
import { type Credential, loadCredential } from "./credential.ts";

const RELOAD_INTERVAL = 60_000;
const WARN_INTERVAL = 86_400_000;

/** The credentials that can be used now; null where there is none or it is not valid. */
export type AppleCredentials = Readonly<Record<HomeKind, Credential | null>>;

export interface AppleCredentialsOptions {
  readonly config: AppleConfig;
  readonly log: Logger;
  readonly clock: () => Date;
  /** Milliseconds between looks at the files. */
  readonly reloadInterval?: number;
}

/** Credentials kept in step with their files. */
export interface WatchedCredentials {
  current(): AppleCredentials;
  /** Looks at the files now. */
  reload(): Promise<void>;
  stop(): void;
}

interface Watched {
  current(): Credential | null;
  reload(): Promise<void>;
}

/** Follows one credential. What cannot be loaded leaves the last good one in force and is logged once. */
function follow(
  home: HomeKind,
  config: AppleCredentialConfig,
  { log, clock }: AppleCredentialsOptions,
): Watched {
  let credential: Credential | null = null;
  let complaint: string | null = null;
  let warnedAt = 0;

  function complain(problem: string | null): void {
    if (problem !== null && problem !== complaint)
      log.error({ home }, `Apple push for ${home} has no usable credential: ${problem}`);
    complaint = problem;
  }

  function warn(now: Date, used: Credential): void {
    if (now.getTime() - warnedAt < WARN_INTERVAL) return;
    warnedAt = now.getTime();
    for (const problem of warnings(used, home, now))
      log.warn({ home, topic: used.topic }, `Apple push for ${home}: ${problem}`);
  }

  function adopt(loaded: Credential, now: Date): void {
    if (loaded.hash === credential?.hash && loaded.topic === credential.topic) return;
    credential = loaded;
    warnedAt = 0;
    const expires = loaded.validity?.to;
    log.info({ home, topic: loaded.topic, expires }, `Apple push for ${home}: credential loaded`);
    warn(now, loaded);
  }

  return {
    current: () => (credential && invalidity(credential, clock()) === null ? credential : null),
    async reload() {
      const now = clock();
      try {
        adopt(await loadCredential(config), now);
        complain(credential && invalidity(credential, now));
      } catch (error) {
        complain(error instanceof Error ? error.message : String(error));
      }
      if (credential) warn(now, credential);
    },
  };
}

/**
 * Loads both credentials and follows their files, so that a renewed certificate needs no restart. Opens no
 * connection. A credential that is missing or bad only switches its own half of Apple push off.
 */
export async function watchAppleCredentials(
  options: AppleCredentialsOptions,
): Promise<WatchedCredentials> {
  const { calendar, contacts } = options.config;
  const calendars = calendar && follow("calendars", calendar, options);
  const addressbooks = contacts && follow("addressbooks", contacts, options);

  async function reload(): Promise<void> {
    await calendars?.reload();
    await addressbooks?.reload();
  }

  await reload();
  const timer = setInterval(() => void reload(), options.reloadInterval ?? RELOAD_INTERVAL);
  timer.unref();
  return {
    current: () => ({
      calendars: calendars?.current() ?? null,
      addressbooks: addressbooks?.current() ?? null,
    }),
    reload,
    stop: () => clearInterval(timer),
  };
}
