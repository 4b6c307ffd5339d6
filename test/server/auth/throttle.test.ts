import test from "ava";
import { addressGroup, Throttle } from "../../../server/auth/throttle.ts";

const LIMITS = {
  pair: { failures: 3, seconds: 300 },
  address: { failures: 6, seconds: 3600 },
  account: { failures: 8, seconds: 3600 },
};

function setup() {
  const clock = { now: 1_000_000 };
  const throttle = new Throttle(LIMITS, () => clock.now);
  let passwords = 0;
  const begin = (login: string, address: string, fingerprint = `p${(passwords += 1)}`) =>
    throttle.begin({ login, address, fingerprint });
  return { clock, throttle, begin };
}

test("a pair of account and address waits after so many wrong passwords, other pairs do not", (t) => {
  const { clock, begin } = setup();
  t.deepEqual([begin("a", "1.1.1.1"), begin("a", "1.1.1.1"), begin("a", "1.1.1.1")], [0, 0, 0]);
  t.is(begin("a", "1.1.1.1"), 300);
  clock.now += 100_000;
  t.is(begin("a", "1.1.1.1"), 200);
  t.is(begin("b", "1.1.1.1"), 0);
  t.is(begin("a", "2.2.2.2"), 0);
  clock.now += 200_000;
  t.is(begin("a", "1.1.1.1"), 0);
});

test("the window slides: each failure frees its own place", (t) => {
  const { clock, begin } = setup();
  for (let i = 0; i < 3; i += 1) {
    t.is(begin("a", "1.1.1.1"), 0);
    clock.now += 60_000;
  }
  t.is(begin("a", "1.1.1.1"), 120);
  clock.now += 120_000;
  t.is(begin("a", "1.1.1.1"), 0);
  t.is(begin("a", "1.1.1.1"), 60);
});

test("the same wrong password counts once, however often it comes", (t) => {
  const { begin } = setup();
  for (let i = 0; i < 50; i += 1) t.is(begin("a", "1.1.1.1", "stale"), 0);
  t.is(begin("a", "1.1.1.1"), 0);
  t.is(begin("a", "1.1.1.1"), 0);
  t.is(begin("a", "1.1.1.1"), 300);
  t.is(begin("a", "1.1.1.1", "stale"), 0);
});

test("an attempt that succeeded counts as nothing", (t) => {
  const { throttle, begin } = setup();
  for (let i = 0; i < 20; i += 1) {
    const fingerprint = `right${i}`;
    t.is(begin("a", "1.1.1.1", fingerprint), 0);
    throttle.forgive({ login: "a", address: "1.1.1.1", fingerprint });
  }
});

test("one address over many accounts waits, and one account over many addresses", (t) => {
  const { begin } = setup();
  for (let i = 0; i < 6; i += 1) t.is(begin(`user${i}`, "1.1.1.1"), 0);
  t.is(begin("another", "1.1.1.1"), 3600);
  for (let i = 0; i < 8; i += 1) t.is(begin("a", `3.3.3.${i}`), 0);
  t.is(begin("a", "4.4.4.4"), 3600);
  t.is(begin("b", "4.4.4.4"), 0);
});

test("an IPv6 customer is one address, an IPv4 address written as IPv6 is itself", (t) => {
  const table = [
    ["192.0.2.7", "192.0.2.7"],
    ["::ffff:192.0.2.7", "192.0.2.7"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:2::9", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["2001:db8:1:2::192.0.2.7", "2001:db8:1:2::/64"],
    ["64:ff9b::192.0.2.7", "64:ff9b:0:0::/64"],
    ["", ""],
  ] as const;
  for (const [address, group] of table) t.is(addressGroup(address), group);
});
