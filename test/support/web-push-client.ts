/** A WebDAV-Push client against a test server whose pushes go to a stand-in for a push service. */
import type { ExecutionContext } from "ava";
import { pino } from "pino";
import { readConfig } from "../../server/config.ts";
import { startPush } from "../../server/push/index.ts";
import { child, elements, text, type Element } from "../../dav/xml/element.ts";
import { dav, webdavPush } from "../../dav/xml/names.ts";
import { parseXml } from "../../dav/xml/parse.ts";
import { settled } from "./push.ts";
import {
  startPushService,
  type PushService,
  type Received,
  type Receiver,
} from "./push-service.ts";
import { testServer, type TestServer } from "./server.ts";

/** Seconds; shorter than anybody would configure. */
export const WINDOW = 0.4;

export interface Wish {
  /** The element trigger, or "" for none. */
  readonly trigger?: string;
  readonly expires?: string;
}

export interface Message {
  readonly topic: string | undefined;
  /** Whether there is a content-update, and the token in it. */
  readonly content: boolean;
  readonly token: string | undefined;
  readonly property: boolean;
}

export interface Pushed extends TestServer {
  readonly service: PushService;
  /** Starts announcing what happens from now on, or also what happened since the start of the test; it stops with it. */
  readonly start: (from?: "now" | "beginning") => Promise<{ stop(): Promise<void> }>;
  /** Resolves when all that changed was announced: what was not sent by then never will be. */
  readonly settled: (pending?: number) => Promise<void>;
  readonly register: (
    user: string,
    target: string,
    receiver: Receiver,
    wish?: Wish,
  ) => Promise<{ status: number; location: string; expires: Date }>;
  /** Sends a request that must succeed. */
  readonly change: (
    method: string,
    target: string,
    body?: string,
    headers?: Record<string, string>,
    user?: string,
  ) => Promise<void>;
  /** What arrived at a receiver, decrypted. */
  readonly messages: (receiver: Receiver) => Message[];
  /** The text of a property as a user sees it, or of an element in it. */
  readonly property: (
    user: string,
    target: string,
    name: string,
    within?: string,
  ) => Promise<string | undefined>;
}

export const CONTENT = "<trigger><content-update><D:depth>1</D:depth></content-update></trigger>";
export const BOTH =
  "<trigger><content-update><D:depth>1</D:depth></content-update><property-update><D:depth>0</D:depth></property-update></trigger>";

/** The body that registers a receiver. */
export function registration(
  receiver: Receiver,
  { trigger = CONTENT, expires = "" }: Wish,
): string {
  return `<push-register xmlns="https://bitfire.at/webdav-push" xmlns:D="DAV:"><subscription><web-push-subscription>
    <push-resource>${receiver.url}</push-resource><content-encoding>aes128gcm</content-encoding>
    <subscription-public-key type="p256dh">${receiver.p256dh}</subscription-public-key>
    <auth-secret>${receiver.auth}</auth-secret></web-push-subscription></subscription>
    ${trigger}${expires && `<expires>${expires}</expires>`}</push-register>`;
}

/** Reads a message that was decrypted. */
export function readMessage(xml: string): Message {
  const root = parseXml(Buffer.from(xml));
  const part = (local: string) => child(root, webdavPush(local));
  const content = part("content-update");
  const token = content && child(content, dav("sync-token"));
  const topic = part("topic");
  return {
    topic: topic && text(topic),
    content: content !== undefined,
    token: token && text(token),
    property: part("property-update") !== undefined,
  };
}

function find(root: Element, local: string): Element | undefined {
  for (const element of elements(root)) {
    const found = element.name.endsWith(`}${local}`) ? element : find(element, local);
    if (found) return found;
  }
  return undefined;
}

export async function preparePushed(t: ExecutionContext, clock?: () => Date): Promise<Pushed> {
  const service = await startPushService(t);
  const server = await testServer(t, {
    users: ["alice", "bob"],
    environment: service.environment,
    ...(clock && { clock }),
  });
  const { send, pool } = server;
  // Making the accounts is no news.
  await pool.query("delete from outbox");
  const config = { ...readConfig(service.environment).push, window: WINDOW };
  return {
    ...server,
    service,
    settled: (pending) => settled(pool, pending),
    async start(from = "now") {
      const timing = { poll: 0.3, lease: 60, timeout: 30_000 };
      const log = pino({ level: "silent" });
      if (from === "now") await pool.query("delete from outbox");
      const push = await startPush({ pool, config, log, timing, ...(clock && { clock }) });
      t.teardown(() => {
        service.cut();
        return push.stop();
      });
      return push;
    },
    async register(user, target, receiver, wish = {}) {
      const headers = { "content-type": "application/xml; charset=utf-8" };
      const xml = registration(receiver, wish);
      const answer = await send({ method: "POST", target, user, headers, body: xml });
      const location = answer.headers.get("location") ?? "";
      return {
        status: answer.status,
        location,
        expires: new Date(answer.headers.get("expires") ?? ""),
      };
    },
    async change(method, target, xml = "", headers = {}, user = "alice") {
      const typed = method === "PUT" ? { "content-type": "text/calendar" } : {};
      const answer = await send({
        method,
        target,
        user,
        headers: { ...typed, ...headers },
        body: xml,
      });
      if (answer.status >= 300)
        throw new Error(`${method} ${target}: ${answer.status} ${answer.body}`);
    },
    messages: (receiver) =>
      service.at(receiver).map((one: Received) => readMessage(receiver.decrypt(one))),
    async property(user, target, name, within = name.replace(/^P:/, "")) {
      const xml = `<propfind xmlns="DAV:" xmlns:P="https://bitfire.at/webdav-push"><prop><${name}/></prop></propfind>`;
      const answer = await send({
        method: "PROPFIND",
        target,
        user,
        headers: { depth: "0" },
        body: xml,
      });
      const found = find(parseXml(Buffer.from(answer.body)), within);
      return found && text(found);
    },
  };
}
