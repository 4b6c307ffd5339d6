import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import test, { type ExecutionContext } from "ava";
import {
  type Connection,
  type ConnectionOptions,
  openConnection,
} from "../../../../../server/push/transports/apple/connection.ts";
import { ApnsStandIn } from "../../../../support/apns.ts";
import { deviceToken, TOPICS } from "../../../../support/push.ts";

const TOPIC = TOPICS.calendars;

async function open(
  t: ExecutionContext,
  apns: ApnsStandIn,
  options: Partial<ConnectionOptions> = {},
): Promise<Connection> {
  const issued = apns.authority.issuePushCertificate(TOPIC);
  const tls = { ca: apns.authority.certificate, cert: issued.certificate, key: issued.key };
  const connection = await openConnection({
    host: "localhost",
    port: apns.port,
    tls,
    oneFirst: false,
    timeout: 60_000,
    idle: 60_000,
    onGoaway: () => undefined,
    ...options,
  });
  t.teardown(() => connection.retire());
  return connection;
}

/** A path to the stand-in that can die: nothing passes any more, and nobody is told. */
async function openPath(t: ExecutionContext, apns: ApnsStandIn) {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(apns.port, "127.0.0.1");
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) sockets.push(socket.on("error", () => undefined));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const die = () => {
    for (const socket of sockets) socket.unpipe().pause();
  };
  return { port: (server.address() as AddressInfo).port, die };
}

function push(connection: Connection) {
  const headers = { ":method": "POST", ":path": `/3/device/${deviceToken()}`, "apns-topic": TOPIC };
  return connection.request(headers, "{}");
}

test("an idle connection is tried with a PING before it is used again", async (t) => {
  const apns = await ApnsStandIn.start(t);
  const [busy, idle] = [await open(t, apns), await open(t, apns, { idle: -1 })];
  for (let i = 0; i < 3; i += 1) await push(busy);
  t.is(apns.pings, 0);
  t.like(await push(idle), { kind: "answer", answer: { status: 200 } });
  t.is(apns.pings, 1);
});

test("a connection whose path is dead refuses the request in time and is not used again", async (t) => {
  const apns = await ApnsStandIn.start(t);
  const path = await openPath(t, apns);
  const connection = await open(t, apns, { idle: -1, timeout: 3000, port: path.port });
  path.die();
  t.deepEqual(await push(connection), { kind: "refused" });
  t.false(connection.usable());
});

test("a request on a dead path fails in time", async (t) => {
  const apns = await ApnsStandIn.start(t);
  const path = await openPath(t, apns);
  const connection = await open(t, apns, { timeout: 3000, port: path.port });
  path.die();
  t.like(await push(connection), { kind: "failed", error: "no answer within 3 s" });
});

test("a token connection sends one request first and the others when it is answered", async (t) => {
  const apns = await ApnsStandIn.start(t, { delay: 100 });
  const connection = await open(t, apns, { oneFirst: true });
  const pushes = Array.from({ length: 5 }, () => push(connection));
  await Promise.all(pushes);
  t.is(apns.received.length, 5);
  t.true((apns.received[1]?.at ?? 0) - (apns.received[0]?.at ?? 0) >= 90);
});

test("more requests than streams are answered one after the other", async (t) => {
  const apns = await ApnsStandIn.start(t, { maxConcurrentStreams: 3, delay: 5 });
  const connection = await open(t, apns);
  const ended = await Promise.all(Array.from({ length: 60 }, () => push(connection)));
  t.true(ended.every(({ kind }) => kind === "answer"));
  t.true(apns.mostStreams <= 3);
});

test("a refused client certificate, a wrong authority and a closed port fail to open", async (t) => {
  const apns = await ApnsStandIn.start(t);
  const other = await ApnsStandIn.start(t);
  const { authority } = apns;
  const stranger = other.authority.issuePushCertificate(TOPIC);
  const ca = authority.certificate;
  await t.throwsAsync(
    open(t, apns, { tls: { ca, cert: stranger.certificate, key: stranger.key } }),
  );
  await t.throwsAsync(open(t, apns, { tls: { ca }, timeout: 20_000 }), {
    message: /certificate required/,
  });
  await t.throwsAsync(open(t, apns, { tls: { ca: other.authority.certificate } }), {
    message: /certificate/,
  });
  await t.throwsAsync(open(t, apns, { port: 1 }), { code: "ECONNREFUSED" });
});
