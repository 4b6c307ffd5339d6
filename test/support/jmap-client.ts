/** A JMAP client for tests: the session, method calls, and a reader of event streams. */
import { authorization, PASSWORD, type TestServer } from "./server.ts";
import { eventually } from "./push.ts";

/** What JSON held; a test that reads what is not there fails. */
export type Parsed = ReturnType<typeof JSON.parse>;

export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  readonly data: unknown;
}

export interface Stream {
  readonly status: number;
  readonly headers: Headers;
  readonly events: readonly StreamEvent[];
  /** What a client would send as Last-Event-ID. */
  readonly lastId: () => string | undefined;
  readonly ended: () => boolean;
  /** Resolves with the events when there are so many. */
  readonly until: (many: number, ms?: number) => Promise<readonly StreamEvent[]>;
  readonly close: () => void;
}

/** States by account and type, as in a StateChange. */
export type Changed = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a state event says. */
export function changedIn({ data }: StreamEvent): Changed {
  return (data as { changed: Changed }).changed;
}

function readFields(block: string): ReadonlyMap<string, string> {
  const lines = block.split("\n").filter((line) => line !== "" && !line.startsWith(":"));
  return new Map(lines.map((line) => line.split(/: (.*)/s, 2) as [string, string]));
}

function readEvent(fields: ReadonlyMap<string, string>): StreamEvent | null {
  const data = fields.get("data");
  if (data === undefined) return null;
  return { id: fields.get("id"), event: fields.get("event"), data: JSON.parse(data) };
}

/** Opens an event stream; it is closed with the test. */
export async function openStream(
  t: { teardown(work: () => void): void },
  { origin }: Pick<TestServer, "origin">,
  query: string,
  {
    user = "alice",
    password = PASSWORD,
    lastId,
  }: { user?: string; password?: string; lastId?: string } = {},
): Promise<Stream> {
  const abort = new AbortController();
  const response = await fetch(`${origin}/jmap/events?${query}`, {
    headers: {
      authorization: authorization(user, password),
      ...(lastId !== undefined && { "last-event-id": lastId }),
    },
    signal: abort.signal,
  });
  t.teardown(() => abort.abort());
  const events: StreamEvent[] = [];
  let ended = false;
  let last = lastId;
  const read = async () => {
    let text = "";
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const fields of blocks.map(readFields)) {
        last = fields.get("id") ?? last;
        const event = readEvent(fields);
        if (event) events.push(event);
      }
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => (ended = true));
  return {
    status: response.status,
    headers: response.headers,
    events,
    lastId: () => last,
    ended: () => ended,
    async until(many, ms) {
      await eventually(() => events.length >= many, `${many} events`, ms);
      return events;
    },
    close: () => abort.abort(),
  };
}

export type Method = readonly [name: string, args: Readonly<Record<string, unknown>>, id: string];

const USING = ["urn:ietf:params:jmap:core", "urn:pushdav:params:jmap:dav-push"];

export interface Answer {
  readonly status: number;
  readonly type: string | undefined;
  readonly body: Parsed;
}

/** Posts text to the API. */
export async function post({ send }: Pick<TestServer, "send">, body: string, user = "alice") {
  const headers = { "content-type": "application/json" };
  const answer = await send({ method: "POST", target: "/jmap/api", user, headers, body });
  const type = answer.headers.get("content-type") ?? undefined;
  return { status: answer.status, type, body: JSON.parse(answer.body) } as Answer;
}

/** Calls methods; gives their answers as [name, arguments]. */
export async function call(
  server: Pick<TestServer, "send">,
  methodCalls: readonly Method[],
  user = "alice",
): Promise<readonly (readonly [string, Parsed])[]> {
  const { body } = await post(server, JSON.stringify({ using: USING, methodCalls }), user);
  return body.methodResponses.map(([name, args]: [string, unknown]) => [name, args]);
}

/** Calls one method. */
export async function callOne(
  server: Pick<TestServer, "send">,
  name: string,
  args: Readonly<Record<string, unknown>>,
  user = "alice",
): Promise<readonly [string, Parsed]> {
  const [answer = ["", {}]] = await call(server, [[name, args, "0"]], user);
  return answer;
}

/** Reads the session object. */
export async function readSession({ send }: Pick<TestServer, "send">, user = "alice") {
  const request = { method: "GET", target: "/.well-known/jmap", user, headers: {}, body: "" };
  const answer = await send(request);
  return { ...answer, session: JSON.parse(answer.body) };
}
