import test from "ava";
import { forwardedReader, type Forwarded } from "../../../server/http/forwarded.ts";
import { readConfig } from "../../../server/config.ts";

function read(proxies: string, peer: string, headers: Record<string, string>): Forwarded {
  const { trustedProxies } = readConfig({ PUSHDAV_TRUSTED_PROXIES: proxies }).http;
  return forwardedReader(trustedProxies)(peer, headers);
}

function addressIn(value: string): string | null {
  return read("loopback", "127.0.0.1", { "x-forwarded-for": value }).address;
}

const NOTHING = { address: null, protocol: null, host: null };

test("nobody is believed who is not a trusted proxy", (t) => {
  const headers = { "x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https" };
  t.deepEqual(read("none", "127.0.0.1", headers), NOTHING);
  t.deepEqual(read("10.0.0.0/8", "192.0.2.1", headers), NOTHING);
});

test("a trusted proxy tells the client's address, protocol and host", (t) => {
  const headers = {
    "x-forwarded-for": "203.0.113.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "dav.example.org",
  };
  const expected = { address: "203.0.113.9", protocol: "https", host: "dav.example.org" };
  t.deepEqual(read("loopback", "127.0.0.1", headers), expected);
  t.deepEqual(read("loopback", "::1", headers), expected);
  t.deepEqual(read("loopback", "::ffff:127.0.0.1", headers), expected);
});

test("what a client wrote in front of the proxy's entry is not believed", (t) => {
  const headers = {
    "x-forwarded-for": "6.6.6.6, 203.0.113.9",
    "x-forwarded-proto": "http, https",
    "x-forwarded-host": "evil.example, dav.example.org",
  };
  const expected = { address: "203.0.113.9", protocol: "https", host: "dav.example.org" };
  t.deepEqual(read("loopback", "127.0.0.1", headers), expected);
});

test("a chain of trusted proxies is followed outwards", (t) => {
  const headers = {
    "x-forwarded-for": "203.0.113.9, 10.0.0.2",
    "x-forwarded-proto": "https, http",
  };
  const { address, protocol } = read("10.0.0.0/8", "10.0.0.3", headers);
  t.is(address, "203.0.113.9");
  t.is(protocol, "https");
});

test("addresses come with ports and brackets, and nonsense is ignored", (t) => {
  t.is(addressIn("203.0.113.9:4711"), "203.0.113.9");
  t.is(addressIn("[2001:db8::1]:4711"), "2001:db8::1");
  t.is(addressIn("unknown"), null);
});

test("a host that is none and a protocol that is none are ignored", (t) => {
  const headers = { "x-forwarded-host": "a b/<x>", "x-forwarded-proto": "javascript" };
  t.deepEqual(read("loopback", "127.0.0.1", headers), NOTHING);
});
