import { isIPv6 } from "node:net";
import { BoundedMap } from "./bounded.ts";

/** So many failures within so many seconds. */
export interface Limit {
  readonly failures: number;
  readonly seconds: number;
}

export interface ThrottleLimits {
  /** One account from one address. */
  readonly pair: Limit;
  /** One address over all accounts. */
  readonly address: Limit;
  /** One account over all addresses. */
  readonly account: Limit;
}

export const DEFAULT_LIMITS: ThrottleLimits = {
  pair: { failures: 10, seconds: 300 },
  address: { failures: 100, seconds: 3600 },
  account: { failures: 200, seconds: 3600 },
};

/** One try to log in: who is meant, from where, and a fingerprint that tells passwords apart. */
export interface Attempt {
  readonly login: string;
  readonly address: string;
  readonly fingerprint: string;
}

interface Failure {
  readonly at: number;
  readonly fingerprint: string;
}

const CAPACITY = 50_000;

/**
 * Counts failed logins. An attempt counts as failed from its start, so that many at once cannot slip
 * past a limit, and is taken back when it succeeds. The same wrong password counts once: a device
 * that repeats a stale one locks nothing.
 */
export class Throttle {
  readonly #windows: readonly Window[];

  /** `now` gives milliseconds. */
  constructor(limits: ThrottleLimits, now: () => number) {
    this.#windows = [
      new Window(limits.pair, now, (a) => `${addressGroup(a.address)} ${a.login}`),
      new Window(limits.address, now, (a) => addressGroup(a.address)),
      new Window(limits.account, now, (a) => a.login),
    ];
  }

  /** Begins an attempt and returns 0, or returns the seconds until one is allowed. */
  begin(attempt: Attempt): number {
    const wait = Math.max(...this.#windows.map((window) => window.wait(attempt)));
    if (wait === 0) for (const window of this.#windows) window.add(attempt);
    return wait;
  }

  /** Takes back an attempt that did not fail. */
  forgive(attempt: Attempt): void {
    for (const window of this.#windows) window.remove(attempt);
  }
}

/** A sliding window of failures for each key. */
class Window {
  readonly #limit: Limit;
  readonly #now: () => number;
  readonly #key: (attempt: Attempt) => string;
  readonly #failures: BoundedMap<Failure[]>;

  constructor(limit: Limit, now: () => number, key: (attempt: Attempt) => string) {
    this.#limit = limit;
    this.#now = now;
    this.#key = key;
    this.#failures = new BoundedMap(CAPACITY, limit.seconds * 1000, now);
  }

  wait(attempt: Attempt): number {
    const recent = this.#recent(attempt);
    const first = recent.at(-this.#limit.failures);
    if (!first || known(recent, attempt)) return 0;
    return Math.max(1, Math.ceil((first.at - this.#now()) / 1000 + this.#limit.seconds));
  }

  add(attempt: Attempt): void {
    const recent = this.#recent(attempt);
    if (known(recent, attempt)) return;
    const failure = { at: this.#now(), fingerprint: attempt.fingerprint };
    this.#failures.set(this.#key(attempt), [...recent, failure]);
  }

  remove(attempt: Attempt): void {
    const others = this.#recent(attempt).filter((f) => f.fingerprint !== attempt.fingerprint);
    this.#failures.set(this.#key(attempt), others);
  }

  #recent(attempt: Attempt): Failure[] {
    const after = this.#now() - this.#limit.seconds * 1000;
    return (this.#failures.get(this.#key(attempt)) ?? []).filter((failure) => failure.at > after);
  }
}

function known(failures: readonly Failure[], attempt: Attempt): boolean {
  return failures.some((failure) => failure.fingerprint === attempt.fingerprint);
}

/**
 * What counts as one address: an IPv4 address, or the /64 of an IPv6 address, which is the least one
 * customer gets.
 */
export function addressGroup(address: string): string {
  const plain = address.replace(/%.*$/, "");
  if (!isIPv6(plain)) return plain;
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1];
  return mapped ?? `${leadingGroups(plain).join(":")}::/64`;
}

function leadingGroups(address: string): string[] {
  const [head = "", tail] = address.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail ? tail.split(":").flatMap((g) => (g.includes(".") ? [g, g] : [g])) : [];
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(zeros).fill("0"), ...after];
  return groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
}
