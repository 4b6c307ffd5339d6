import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import type { Config } from "../config.ts";

/** What the proxies of a request said of the client; null where they said nothing. */
export interface Forwarded {
  readonly address: string | null;
  readonly protocol: "http" | "https" | null;
  readonly host: string | null;
}

const NOTHING: Forwarded = { address: null, protocol: null, host: null };
const HOST = /^(\[[\da-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

function listOf(headers: IncomingHttpHeaders, name: string): string[] {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(",") : (value ?? "");
  return text
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/** The entry that the outermost believed proxy wrote. */
function outermost(entries: readonly string[], hops: number): string | undefined {
  return entries[Math.max(0, entries.length - hops)];
}

/** An address without port, or null. */
function parseAddress(entry: string): string | null {
  const bare =
    /^\[([^\]]+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  return isIP(bare) ? bare : null;
}

/**
 * Makes the reader of X-Forwarded-For, -Proto and -Host. The chain of addresses is followed from the
 * nearest proxy outwards as far as it is believed; what stands beyond was written by the client.
 * @param networks the proxies that are believed
 */
export function forwardedReader(networks: Config["http"]["trustedProxies"]) {
  const trusted = new BlockList();
  for (const { address, prefix, family } of networks) trusted.addSubnet(address, prefix, family);
  const isTrusted = (address: string): boolean => {
    const version = isIP(address);
    return version !== 0 && trusted.check(address, version === 4 ? "ipv4" : "ipv6");
  };

  return (peer: string, headers: IncomingHttpHeaders): Forwarded => {
    if (!isTrusted(peer)) return NOTHING;
    const chain = listOf(headers, "x-forwarded-for").map(parseAddress).toReversed();
    const beyond = chain.findIndex((address) => address === null || !isTrusted(address));
    const hops = beyond === -1 ? Math.max(1, chain.length) : beyond + 1;
    const protocol = outermost(listOf(headers, "x-forwarded-proto"), hops)?.toLowerCase();
    const host = outermost(listOf(headers, "x-forwarded-host"), hops);
    return {
      address: chain[hops - 1] ?? null,
      protocol: protocol === "http" || protocol === "https" ? protocol : null,
      host: host && HOST.test(host) ? host : null,
    };
  };
}
