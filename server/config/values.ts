import { isIP } from "node:net";
import { z } from "zod";

/** Text → value. The message completes "NAME must be …". */
function parsed<T>(what: string, parse: (value: string) => T | null) {
  return z.string(`must be ${what}`).transform((given, context) => {
    const value = parse(given);
    if (value !== null) return value;
    context.addIssue({ code: "custom", message: `must be ${what}` });
    return z.NEVER;
  });
}

/** Any text on one line. */
export function text() {
  return parsed("text on one line", (value) => (/[\r\n\0]/.test(value) ? null : value));
}

export function integer(least: number, most: number) {
  return parsed(`a whole number from ${least} to ${most}`, (value) => {
    const number = Number(value);
    return /^\d+$/.test(value) && number >= least && number <= most ? number : null;
  });
}

/** Seconds, with a fraction if need be. */
export function seconds(least: number, most: number) {
  return parsed(`a number of seconds from ${least} to ${most}`, (value) => {
    const number = Number(value);
    return /^\d+(\.\d+)?$/.test(value) && number >= least && number <= most ? number : null;
  });
}

/** Seconds for each of some names, such as `a=1, b=2.5`; or none. */
export function secondsFor<const T extends string>(...names: readonly T[]) {
  return parsed(`NAME=SECONDS with ${names.join(", ")}; or none`, (value) => {
    const found: Partial<Record<T, number>> = {};
    for (const entry of value === "none" ? [] : value.split(",")) {
      const [, given, digits] = /^\s*([a-z-]+)=(\d{1,4}(?:\.\d+)?)\s*$/.exec(entry) ?? [];
      const name = names.find((one) => one === given);
      if (name === undefined) return null;
      found[name] = Number(digits);
    }
    return found;
  });
}

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** The bytes that a text such as `500 kB` or `10 MB` says; null when it is no size. */
export function bytesIn(value: string): number | null {
  const [, digits, unit] = /^(\d{1,12})\s*([kmg]?)i?b?$/i.exec(value) ?? [];
  const bytes = Number(digits) * (UNITS[unit?.toLowerCase() ?? ""] ?? Number.NaN);
  return Number.isNaN(bytes) ? null : bytes;
}

/** A size in bytes, written with or without a unit. */
export function size(least: number) {
  return parsed(`a size such as 500 kB or 10 MB, at least ${least} bytes`, (value) => {
    const bytes = bytesIn(value);
    return bytes !== null && bytes >= least ? bytes : null;
  });
}

const FLAGS: Readonly<Record<string, boolean>> = {
  1: true,
  0: false,
  true: true,
  false: false,
  yes: true,
  no: false,
  on: true,
  off: false,
};

export function flag() {
  return parsed("on or off", (value) => FLAGS[value.toLowerCase()] ?? null);
}

export function choice<const T extends string>(...names: readonly T[]) {
  return parsed(
    `one of ${names.join(", ")}`,
    (value) => names.find((name) => name === value) ?? null,
  );
}

/** An http or https URL without path, query and user: the origin, without a slash at the end. */
export function origin() {
  return parsed("an http or https URL without a path", (value) => {
    if (!URL.canParse(value)) return null;
    const url = new URL(value);
    const plain = url.pathname === "/" && !url.search && !url.hash && !url.username;
    return plain && /^https?:$/.test(url.protocol) ? url.origin : null;
  });
}

/** How to reach somebody (RFC 8292 section 2.1). */
export function contact() {
  return parsed("a mailto: or https: URI", (value) =>
    /^(?:mailto:[^\s@]+@[^\s@]+|https:\/\/\S+)$/.test(value) ? value : null,
  );
}

export function databaseUrl() {
  return parsed("a postgresql:// URL", (value) =>
    /^postgres(ql)?:\/\/\S+$/.test(value) ? value : null,
  );
}

/** A network that is believed: the first `prefix` bits of `address`. */
export interface Network {
  readonly address: string;
  readonly prefix: number;
  readonly family: "ipv4" | "ipv6";
}

const LOOPBACK: readonly Network[] = [
  { address: "127.0.0.0", prefix: 8, family: "ipv4" },
  { address: "::1", prefix: 128, family: "ipv6" },
];

function parseNetwork(value: string): readonly Network[] | null {
  if (value === "none") return [];
  if (value === "loopback") return LOOPBACK;
  const [address = "", bits] = value.split("/");
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  if (version === 0 || !(prefix <= most)) return null;
  return [{ address, prefix, family: version === 4 ? "ipv4" : "ipv6" }];
}

/** Addresses and networks, separated by commas. */
export function networks() {
  return parsed("addresses or networks such as 10.0.0.0/8, loopback, or none", (value) => {
    const entries = value.split(",").map((entry) => parseNetwork(entry.trim()));
    return entries.includes(null) ? null : entries.flatMap((entry) => entry ?? []);
  });
}

/** How many failures within how many seconds are too many. */
export function rate() {
  return parsed("failures/seconds, such as 10/300", (value) => {
    const [, failures, within] = /^([1-9]\d{0,6})\/([1-9]\d{0,6})$/.exec(value) ?? [];
    return within ? { failures: Number(failures), seconds: Number(within) } : null;
  });
}
