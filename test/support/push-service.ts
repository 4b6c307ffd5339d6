/** A Web Push service on this machine that records what it gets and fails on demand (RFC 8030). */
import { createECDH, createPublicKey, type ECDH, randomBytes, verify } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import ece from "http_ece";
import { Authority } from "./certificates.ts";
import { eventually, temporaryFolder } from "./push.ts";

export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly at: number;
  readonly script: Script;
}

/** How to answer: a status with headers, or in a way no service should. */
export type Script =
  | {
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  | "hang"
  | "endless"
  | "cut";

/** A receiver's side of a subscription. */
export interface Receiver {
  readonly path: string;
  readonly url: string;
  readonly p256dh: string;
  readonly auth: string;
  /** Decrypts a message; fails when it is not for this receiver. */
  readonly decrypt: (received: Received) => string;
}

export interface PushService {
  readonly origin: string;
  /** Configuration that lets a server push here. */
  readonly environment: Readonly<Record<string, string>>;
  readonly ca: string;
  readonly received: readonly Received[];
  /** Answers by path; 201 where nothing else is said. */
  readonly scripts: Map<string, Script>;
  readonly receiver: (name?: string) => Receiver;
  /** Messages that arrived at a receiver. */
  readonly at: (receiver: Receiver) => Received[];
  /** Resolves when so many messages have arrived in all. */
  readonly until: (many: number) => Promise<void>;
  /** Cuts all connections, those that hang, too. */
  readonly cut: () => void;
}

function decryptor(ecdh: ECDH, authSecret: Buffer): (received: Received) => string {
  return ({ body, headers }) => {
    if (headers["content-encoding"] !== "aes128gcm") throw new Error("not encrypted");
    return ece.decrypt(body, { version: "aes128gcm", privateKey: ecdh, authSecret }).toString();
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function answer(response: ServerResponse, script: Script): void {
  if (script === "hang") return;
  if (script === "cut") response.destroy();
  else if (script === "endless") {
    const chunk = Buffer.alloc(4096, "x");
    const more = () => {
      while (!response.destroyed && response.write(chunk));
      if (!response.destroyed) response.once("drain", more);
    };
    response.writeHead(201);
    more();
  } else response.writeHead(script.status, { ...script.headers }).end(script.body);
}

/** Starts a service on https://localhost; it ends with the test. */
export async function startPushService(
  t: Pick<ExecutionContext, "teardown">,
): Promise<PushService> {
  const authority = new Authority("push services of this machine");
  const { certificate, key } = authority.issue({ subject: { CN: "localhost" }, localhost: true });
  const received: Received[] = [];
  const scripts = new Map<string, Script>();
  const take = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? "";
    const body = await readAll(request);
    const script = scripts.get(path) ?? { status: 201, headers: { location: "/m/1" } };
    received.push({ path, headers: request.headers, body, at: Date.now(), script });
    answer(response, script);
  };
  const server = createServer({ cert: certificate, key }, (request, response) => {
    void take(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const ca = join(await temporaryFolder(t), "ca.pem");
  await writeFile(ca, authority.certificate);
  let receivers = 0;
  return {
    origin,
    ca,
    environment: { PUSHDAV_PUSH_CA: ca, PUSHDAV_PUSH_NETWORKS: "loopback" },
    received,
    scripts,
    receiver(name = `r${(receivers += 1)}`) {
      const ecdh = createECDH("prime256v1");
      const auth = randomBytes(16);
      const p256dh = ecdh.generateKeys().toString("base64url");
      const path = `/up/${name}`;
      const decrypt = decryptor(ecdh, auth);
      return { path, url: `${origin}${path}`, p256dh, auth: auth.toString("base64url"), decrypt };
    },
    at: ({ path }) => received.filter((one) => one.path === path),
    cut: () => server.closeAllConnections(),
    until: (many) => eventually(() => received.length >= many, `${many} messages`),
  };
}

/** The claims of the token in a header Authorization, when its key signed it; fails otherwise. */
export function verifyVapid(header: string | undefined): {
  key: string;
  claims: Record<string, unknown>;
} {
  const [, token = "", key = ""] = /^vapid t=([^,]+), k=(\S+)$/.exec(header ?? "") ?? [];
  const [head = "", claims = "", signature = ""] = token.split(".");
  const point = Buffer.from(key, "base64url");
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: point.subarray(1, 33).toString("base64url"),
    y: point.subarray(33).toString("base64url"),
  };
  const publicKey = createPublicKey({ key: jwk, format: "jwk" });
  const signed = Buffer.from(`${head}.${claims}`);
  const verified = verify(
    "sha256",
    signed,
    { key: publicKey, dsaEncoding: "ieee-p1363" },
    Buffer.from(signature, "base64url"),
  );
  if (!verified) throw new Error("the token is not signed by the key");
  return { key, claims: JSON.parse(Buffer.from(claims, "base64url").toString()) };
}
