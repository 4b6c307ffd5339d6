import { BlockList, isIP } from "node:net";
import type { Network } from "../../config/values.ts";

type Range = readonly [address: string, prefix: number];

/** What is not for public use (the special-purpose registries of IANA, RFC 6890). */
const NOT_PUBLIC_V4: readonly Range[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

/** Of 2000::/3, outside which nothing is public: Teredo, ORCHID, documentation, 6to4. */
const PUBLIC_V6: Range = ["2000::", 3];
const NOT_PUBLIC_V6: readonly Range[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Prefixes of 96 bits before an IPv4 address: mapped (RFC 4291) and NAT64 (RFC 6052). */
const CARRIERS: readonly Range[] = [
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
];

function listOf(ranges: readonly Range[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of ranges) list.addSubnet(address, prefix, family);
  return list;
}

const notPublicV4 = listOf(NOT_PUBLIC_V4, "ipv4");
const publicV6 = listOf([PUBLIC_V6], "ipv6");
const notPublicV6 = listOf(NOT_PUBLIC_V6, "ipv6");
const carriers = listOf(CARRIERS, "ipv6");

/** The IPv4 address in the last 32 bits of an IPv6 address. */
function carried(address: string): string {
  const { hostname } = new URL(`http://[${address}]`);
  const groups = hostname.slice(1, -1).split(":").slice(-2);
  const [high = 0, low = 0] = groups.map((group) => Number.parseInt(group || "0", 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** Whether an address is one that anybody on the Internet may be reached at. */
export function isPublic(address: string): boolean {
  if (isIP(address) === 4) return !notPublicV4.check(address, "ipv4");
  if (isIP(address) !== 6 || address.includes("%")) return false;
  if (carriers.check(address, "ipv6")) return isPublic(carried(address));
  return publicV6.check(address, "ipv6") && !notPublicV6.check(address, "ipv6");
}

/** Tells whether an address is in one of the networks. */
export function withinNetworks(networks: readonly Network[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { address, prefix, family } of networks) list.addSubnet(address, prefix, family);
  return (address) =>
    isIP(address) !== 0 && list.check(address, isIP(address) === 4 ? "ipv4" : "ipv6");
}
