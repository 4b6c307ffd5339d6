import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import { hashSecret, isAppPassword } from "./app-password.ts";
import { BoundedMap } from "./bounded.ts";
import type { Credentials } from "./credentials.ts";
import { hashPassword, needsRehash, verifyNothing, verifyPassword } from "./password.ts";
import type { HashCost } from "./password.ts";
import { DEFAULT_LIMITS, Throttle } from "./throttle.ts";
import type { Attempt, ThrottleLimits } from "./throttle.ts";

/** Who is asking. */
export interface AuthenticatedPrincipal {
  readonly id: number;
  /** The account name, in lower case. */
  readonly name: string;
  /** The id of the app password that was used; absent for the account's own password. */
  readonly appPassword?: number;
}

/** What storage knows of an account that somebody wants to log in to. */
export interface Login extends AuthenticatedPrincipal {
  /** Null when the account has no password or is disabled. */
  readonly passwordHash: string | null;
}

/** Where accounts are looked up; server/store implements it. */
export interface LoginStore {
  /** The account with this name, or else this mail address. */
  findLogin(login: string): Promise<Login | null>;
  /** The id of an app password of the account that has this hash, noting its use; null if there is none. */
  findAppPassword(principalId: number, hash: Buffer): Promise<number | null>;
  /** Notes a use and, if the hash is out of date, stores the new one in place of the old. */
  loggedIn(login: Login, newHash: string | null): Promise<void>;
}

export interface AuthenticatorOptions {
  /** How long a verification is believed without hashing again. */
  readonly cacheSeconds?: number;
  readonly limits?: ThrottleLimits;
  /** What hashes are to cost; others are made anew at the next login. */
  readonly hashCost?: HashCost;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

export type Outcome =
  | { readonly kind: "verified"; readonly principal: AuthenticatedPrincipal }
  | { readonly kind: "refused" }
  | { readonly kind: "throttled"; readonly retryAfter: number };

/** A refused fingerprint; the account is null if none has the login. */
interface Refused {
  readonly account: string | null;
}

const VERIFIED_CAPACITY = 20_000;
const REFUSED_CAPACITY = 20_000;
const REFUSED_MILLISECONDS = 3_600_000;
const REMEMBERED_MILLISECONDS = 30 * 86_400_000;

/**
 * Decides whether credentials are right. What was verified is believed for some minutes, so that a
 * poll costs neither hashing nor SQL; what was refused stays refused until the account changes.
 * Passwords are kept as HMACs under a key of this process only.
 */
export class Authenticator {
  readonly #store: LoginStore;
  readonly #hashCost: HashCost | undefined;
  readonly #throttle: Throttle;
  /** A key object: a hash keyed by plain bytes costs seven times as much. */
  readonly #key = createSecretKey(randomBytes(32));
  readonly #verified: BoundedMap<AuthenticatedPrincipal>;
  readonly #refused: BoundedMap<Refused>;
  readonly #remembered: BoundedMap<string>;
  readonly #running = new Map<string, Promise<Outcome>>();
  #listening = false;
  #generation = 0;

  constructor(store: LoginStore, options: AuthenticatorOptions = {}) {
    const now = options.now ?? Date.now;
    this.#store = store;
    this.#hashCost = options.hashCost;
    this.#throttle = new Throttle(options.limits ?? DEFAULT_LIMITS, now);
    this.#verified = new BoundedMap(VERIFIED_CAPACITY, (options.cacheSeconds ?? 600) * 1000, now);
    this.#refused = new BoundedMap(REFUSED_CAPACITY, REFUSED_MILLISECONDS, now);
    this.#remembered = new BoundedMap(VERIFIED_CAPACITY, REMEMBERED_MILLISECONDS, now);
  }

  /**
   * @param address the client's address, to count failures by
   * @throws {GateFullError} when too many verifications wait already
   */
  authenticate(credentials: Credentials, address: string): Promise<Outcome> | Outcome {
    const fingerprint = this.#fingerprint(credentials);
    const verified = this.#verified.get(fingerprint);
    if (verified) return { kind: "verified", principal: verified };
    if (this.#refused.get(fingerprint)) return { kind: "refused" };
    const running = this.#running.get(fingerprint);
    if (running) return running;
    const attempt = { login: credentials.login, address, fingerprint };
    const retryAfter = this.#remembered.get(fingerprint) ? 0 : this.#throttle.begin(attempt);
    if (retryAfter > 0) return { kind: "throttled", retryAfter };
    return this.#fold(attempt, credentials);
  }

  /** An account was made, changed, disabled or deleted: nothing believed about it holds any more. */
  accountChanged(name: string): void {
    this.#generation += 1;
    this.#verified.deleteWhere((principal) => principal.name === name);
    this.#remembered.deleteWhere((account) => account === name);
    this.#refused.deleteWhere((entry) => entry.account === null || entry.account === name);
  }

  /** Whether news of changed accounts arrives; without it nothing is believed from before. */
  setListening(listening: boolean): void {
    this.#listening = listening;
    this.#generation += 1;
    this.#verified.clear();
    this.#refused.clear();
  }

  #fold(attempt: Attempt, credentials: Credentials): Promise<Outcome> {
    const running = this.#attempt(attempt, credentials).finally(() =>
      this.#running.delete(attempt.fingerprint),
    );
    this.#running.set(attempt.fingerprint, running);
    return running;
  }

  async #attempt(attempt: Attempt, credentials: Credentials): Promise<Outcome> {
    const generation = this.#generation;
    let failed = false;
    try {
      const login = await this.#store.findLogin(credentials.login);
      const appPassword = await this.#findAppPassword(login, credentials.password);
      failed = appPassword === null && !(await isRight(login, credentials.password));
      const believable = this.#listening && generation === this.#generation;
      if (failed || !login) return this.#refuse(attempt, login, believable);
      if (appPassword !== null)
        return this.#believe(attempt, { ...principalOf(login), appPassword }, believable);
      return await this.#accept(attempt, login, credentials.password, believable);
    } finally {
      if (!failed) this.#throttle.forgive(attempt);
    }
  }

  #refuse(attempt: Attempt, login: Login | null, believable: boolean): Outcome {
    const account = login?.name ?? null;
    if (believable) this.#refused.set(attempt.fingerprint, { account });
    return { kind: "refused" };
  }

  async #accept(
    attempt: Attempt,
    login: Login,
    password: string,
    believable: boolean,
  ): Promise<Outcome> {
    const verified = this.#believe(attempt, principalOf(login), believable);
    const cost = this.#hashCost;
    const outdated = login.passwordHash !== null && needsRehash(login.passwordHash, cost);
    await this.#store.loggedIn(login, outdated ? await hashPassword(password, cost) : null);
    return verified;
  }

  /** Found by its hash, without hashing slowly: nobody guesses one. */
  async #findAppPassword(login: Login | null, password: string): Promise<number | null> {
    if (login === null || !isAppPassword(password)) return null;
    return this.#store.findAppPassword(login.id, hashSecret(password));
  }

  #believe(attempt: Attempt, principal: AuthenticatedPrincipal, believable: boolean): Outcome {
    if (believable) this.#verified.set(attempt.fingerprint, principal);
    if (believable) this.#remembered.set(attempt.fingerprint, principal.name);
    return { kind: "verified", principal };
  }

  #fingerprint(credentials: Credentials): string {
    return createHmac("sha256", this.#key)
      .update(`${credentials.login}\0${credentials.password}`)
      .digest("base64");
  }
}

function principalOf({ id, name }: Login): AuthenticatedPrincipal {
  return { id, name };
}

/** Takes the same time whether or not there is such an account with a password. */
function isRight(login: Login | null, password: string): Promise<boolean> {
  if (!login?.passwordHash) return verifyNothing(password);
  return verifyPassword(login.passwordHash, password);
}
