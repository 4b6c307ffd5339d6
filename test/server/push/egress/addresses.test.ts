import test from "ava";
import { isPublic, withinNetworks } from "../../../../server/push/egress/addresses.ts";

const PUBLIC = [
  "1.1.1.1",
  "9.255.255.255",
  "100.63.255.255",
  "100.128.0.1",
  "172.15.0.1",
  "172.32.0.1",
  "192.169.0.1",
  "223.255.255.255",
  "2606:4700::1111",
  "2a00:1450:4001::1",
  "::ffff:1.1.1.1",
  "64:ff9b::101:101",
];

const NOT_PUBLIC = [
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.8",
  "192.0.2.1",
  "192.168.1.1",
  "198.18.0.1",
  "198.51.100.7",
  "203.0.113.7",
  "224.0.0.1",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::7f00:1",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
  "64:ff9b::a00:1",
  "64:ff9b:1::1",
  "100::1",
  "2001::1",
  "2001:db8::1",
  "2002:a00:1::1",
  "3fff::1",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "fe80::1%eth0",
  "fec0::1",
  "ff02::1",
  "example.org",
  "",
];

for (const address of PUBLIC) {
  test(`${address} is public`, (t) => {
    t.true(isPublic(address));
  });
}

for (const address of NOT_PUBLIC) {
  test(`${address || "nothing"} is not public`, (t) => {
    t.false(isPublic(address));
  });
}

test("a network holds its addresses, and no others", (t) => {
  const within = withinNetworks([
    { address: "192.168.0.0", prefix: 16, family: "ipv4" },
    { address: "fd00::", prefix: 8, family: "ipv6" },
  ]);
  t.deepEqual(["192.168.7.7", "fd00::7", "192.169.0.1", "fe80::1", "ntfy.lan"].filter(within), [
    "192.168.7.7",
    "fd00::7",
  ]);
  t.false(withinNetworks([])("127.0.0.1"));
});
