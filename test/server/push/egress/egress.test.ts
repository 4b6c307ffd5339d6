import type { LookupAddress } from "node:dns";
import { createServer, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import { createEgress, type Egress } from "../../../../server/push/egress/index.ts";
import { retryAfter } from "../../../../server/push/egress/retry-after.ts";
import { type PushService, startPushService } from "../../../support/push-service.ts";

const LOOPBACK = [
  { address: "127.0.0.0", prefix: 8, family: "ipv4" },
  { address: "::1", prefix: 128, family: "ipv6" },
] as const;

const clock = () => new Date("2026-11-23T10:00:00Z");
const BODY = Buffer.from("hello");
const v4 = (address: string): LookupAddress => ({ address, family: 4 });

function open(
  t: ExecutionContext,
  service: PushService | null,
  resolve?: (name: string) => Promise<LookupAddress[]>,
  timeout = 60_000,
): Egress {
  const egress = createEgress({
    networks: service ? LOOPBACK : [],
    ca: service?.ca ?? null,
    clock,
    timeout,
    ...(resolve && { resolve }),
  });
  t.teardown(() => egress.close());
  return egress;
}

test("a message is posted over TLS to the name, with its headers, on a connection that is kept", async (t) => {
  const service = await startPushService(t);
  const egress = open(t, service);
  for (let i = 0; i < 2; i += 1) {
    const answer = await egress.post({
      url: `${service.origin}/up/a?b=c`,
      headers: { ttl: "60", "content-type": "text/plain" },
      body: BODY,
    });
    t.deepEqual(answer, { kind: "answered", status: 201, retryAfter: null });
  }
  t.is(service.received[0]?.path, "/up/a?b=c");
  t.is(service.received[0]?.headers.ttl, "60");
  t.is(service.received[0]?.headers["content-length"], "5");
  t.is(service.received[0]?.body.toString(), "hello");
});

const REFUSED = [
  "https://127.0.0.1/",
  "https://[::1]/",
  "https://0x7f000001/",
  "https://2130706433/",
  "https://0177.0.0.1/",
  "https://0177.1/",
  "https://127.1/",
  "https://127.0.0.1./",
  "https://0/",
  "https://１２７.0.0.1/",
  "https://10.1.2.3/",
  "https://100.64.0.1/",
  "https://224.0.0.1/",
  "https://[::]/",
  "https://[::7f00:1]/",
  "https://[fd00::1]/",
  "https://[fe80::1]/",
  "https://[ff02::1]/",
  "https://[2002:7f00:1::]/",
  "https://169.254.169.254/latest/meta-data",
  "https://[::ffff:10.0.0.1]/",
  "https://[64:ff9b::7f00:1]/",
  "http://push.example/",
  "https://user:pw@push.example/",
  "https://push.example/#x",
  "ftp://push.example/",
  "/relative",
  "",
  `https://push.example/${"x".repeat(2048)}`,
];

for (const url of REFUSED) {
  test(`nothing is sent to ${url.slice(0, 60) || "nothing"}`, async (t) => {
    const resolve = () => Promise.reject(new Error("must not be asked"));
    const egress = open(t, null, resolve);
    t.is(typeof egress.check(url), "string");
    const answer = await egress.post({ url, headers: {}, body: BODY });
    t.is(answer.kind, "refused");
  });
}

test("a name that leads to an address that is not public is refused, even if another is", async (t) => {
  const service = await startPushService(t);
  const resolve = async () => [v4("1.1.1.1"), v4("127.0.0.1")];
  const egress = createEgress({ networks: [], ca: service.ca, clock, timeout: 60_000, resolve });
  t.teardown(() => egress.close());
  const url = service.origin.replace("localhost", "push.example");
  const answer = await egress.post({ url, headers: {}, body: BODY });
  t.deepEqual(answer, { kind: "refused", error: "push.example is not at a public address" });
  t.is(service.received.length, 0);
});

test("a name that leads to any kind of address that is not public is refused, with a dot at its end too", async (t) => {
  const addresses = [
    "127.0.0.1",
    "10.0.0.1",
    "100.64.0.1",
    "169.254.169.254",
    "224.0.0.1",
    "0.0.0.0",
  ];
  const v6 = ["::1", "::", "fd00::1", "fe80::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1"];
  const found = [
    ...addresses.map(v4),
    ...[...v6, "2002:7f00:1::1"].map((address) => ({ address, family: 6 })),
  ];
  for (const one of found) {
    const asked: string[] = [];
    const egress = open(t, null, async (name) => {
      asked.push(name);
      return [one];
    });
    for (const url of ["https://push.example/", "https://localhost./"]) {
      t.true(egress.check(url) instanceof URL);
      const answer = await egress.post({ url, headers: {}, body: BODY });
      t.is(answer.kind, "refused", `${url} at ${one.address}`);
    }
    t.deepEqual(asked, ["push.example", "localhost."]);
  }
});

test("a name is resolved once for a connection, so it cannot lead elsewhere between check and use", async (t) => {
  let connections = 0;
  const local = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((listening) => local.listen(0, "127.0.0.1", listening));
  t.teardown(() => local.close());
  const { port } = local.address() as { port: number };
  let asked = 0;
  const egress = open(t, null, async () => [v4((asked += 1) === 1 ? "192.0.2.1" : "127.0.0.1")]);
  for (let i = 0; i < 3; i += 1) {
    const url = `https://rebinding.example:${port}/`;
    t.is((await egress.post({ url, headers: {}, body: BODY })).kind, "refused");
  }
  t.is(asked, 3);
  t.is(connections, 0);
});

test("http goes only where the operator allows it", async (t) => {
  const service = await startPushService(t);
  const egress = open(t, service);
  t.is(egress.check("http://1.1.1.1/"), "is not at a public address");
  t.true(egress.check("http://127.0.0.1:8090/up") instanceof URL);
  const url = "http://ntfy.example/";
  const elsewhere = open(t, service, async () => [v4("1.1.1.1")]);
  t.is((await elsewhere.post({ url, headers: {}, body: BODY })).kind, "refused");
});

test("a redirect is not followed", async (t) => {
  const service = await startPushService(t);
  service.scripts.set("/up/a", { status: 302, headers: { location: `${service.origin}/up/b` } });
  const egress = open(t, service);
  const answer = await egress.post({ url: `${service.origin}/up/a`, headers: {}, body: BODY });
  t.is(answer.kind === "answered" && answer.status, 302);
  t.is(service.received.length, 1);
});

test("an endless answer is cut off, one that never comes is given up", async (t) => {
  const service = await startPushService(t);
  service.scripts.set("/endless", "endless");
  service.scripts.set("/hang", "hang");
  service.scripts.set("/cut", "cut");
  const patient = open(t, service);
  const post = (path: string, egress = patient) =>
    egress.post({ url: `${service.origin}${path}`, headers: {}, body: BODY });
  const before = process.memoryUsage().arrayBuffers;
  t.like(await post("/endless"), { kind: "answered", status: 201 });
  t.true(process.memoryUsage().arrayBuffers - before < 20_000_000);
  const impatient = open(t, service, undefined, 500);
  t.deepEqual(await post("/hang", impatient), { kind: "failed", error: "no answer in time" });
  t.is((await post("/cut")).kind, "failed");
});

test("an answer that comes byte by byte is given up in time, with the status if there was one", async (t) => {
  const drip = (socket: Socket, start: string) => {
    socket.write(start);
    const timer = setInterval(() => socket.write("x"), 50);
    socket.on("error", () => undefined).on("close", () => clearInterval(timer));
  };
  const slow = createServer((socket) =>
    socket.once("data", (sent: Buffer) =>
      drip(
        socket,
        sent.toString().startsWith("POST /head")
          ? "HTTP/1.1 201 Created\r\nX-Slow: "
          : "HTTP/1.1 201 Created\r\nContent-Length: 9000\r\n\r\n",
      ),
    ),
  );
  await new Promise<void>((listening) => slow.listen(0, "127.0.0.1", listening));
  t.teardown(() => slow.close());
  const { port } = slow.address() as { port: number };
  const egress = createEgress({ networks: LOOPBACK, ca: null, clock, timeout: 3000 });
  t.teardown(() => egress.close());
  const post = (path: string) =>
    egress.post({ url: `http://127.0.0.1:${port}${path}`, headers: {}, body: BODY });
  const answers = await Promise.all([post("/head"), post("/body")]);
  t.deepEqual(answers, [
    { kind: "failed", error: "no answer in time" },
    { kind: "answered", status: 201, retryAfter: null },
  ]);
});

test("a certificate of somebody else is a failure", async (t) => {
  const service = await startPushService(t);
  const egress = createEgress({ networks: LOOPBACK, ca: null, clock, timeout: 60_000 });
  t.teardown(() => egress.close());
  const answer = await egress.post({ url: service.origin, headers: {}, body: BODY });
  t.is(answer.kind, "failed");
});

test("Retry-After is seconds or a date, within a day", (t) => {
  const now = clock();
  t.is(retryAfter("120", now), 120);
  t.is(retryAfter("Mon, 23 Nov 2026 10:00:30 GMT", now), 30);
  t.is(retryAfter("9999999999", now), 86_400);
  t.is(retryAfter("Mon, 23 Nov 2026 09:00:00 GMT", now), null);
  t.is(retryAfter("soon", now), null);
  t.is(retryAfter(undefined, now), null);
});
