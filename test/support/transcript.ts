import { readFileSync } from "node:fs";
import { compareBodies } from "./facts.ts";
import { Placeholders } from "./placeholders.ts";

/** One request of a transcript and the answer it must get. */
interface Exchange {
  /** The line where it begins, for messages. */
  readonly line: number;
  readonly method: string;
  readonly target: string;
  readonly user: string | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
  readonly status: number;
  /** Whether the answer may hold more than is written. */
  readonly partial: boolean;
  readonly expectedHeaders: readonly (readonly [string, string])[];
  readonly expectedBody: string;
}

export interface Transcript {
  readonly title: string;
  /** Settings of the server. */
  readonly environment: Readonly<Record<string, string>>;
  /** Accounts of the server besides alice and bob. */
  readonly users: readonly string[];
  readonly exchanges: readonly Exchange[];
}

const REQUEST_LINE = /^([A-Z]+) (\S+)(?: as (\S+))?$/;
const STATUS_LINE = /^(\d{3})( \.\.\.)?$/;

/**
 * Reads a golden conversation. `# ` lines at the top are its title, `#set NAME=VALUE` is a setting of the server,
 * `#user NAME` one more account; exchanges are separated by a line of `===`, request and answer by a line of `---`; both have headers, an empty line, a body.
 * `as NAME` says who asks, `200 ...` that the answer may hold more. `{name}` stands for a value that is
 * captured where it first appears in an answer and must be the same later; `{*}` for any value.
 */
export function readTranscript(file: string): Transcript {
  const lines = readFileSync(file, "utf8").split("\n");
  const title = lines.filter((line) => line.startsWith("# ")).map((line) => line.slice(2));
  const settings = lines.flatMap((line) => {
    const [, name, value] = /^#set (\w+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  const environment = Object.fromEntries(settings);
  const users = lines.flatMap((line) => /^#user (\S+)$/.exec(line)?.[1] ?? []);
  const exchanges: Exchange[] = [];
  let start = lines.findIndex((line) => !line.startsWith("#") && line.trim() !== "");
  while (start < lines.length) {
    const found = lines.indexOf("===", start);
    const end = found < 0 ? lines.length : found;
    exchanges.push(readExchange(lines.slice(start, end), start + 1));
    start = end + 1;
    while (start < lines.length && lines[start]?.trim() === "") start++;
  }
  return { title: title.join(" "), environment, users, exchanges };
}

function readExchange(lines: string[], line: number): Exchange {
  const divider = lines.indexOf("---");
  const request = readMessage(lines.slice(0, divider));
  const answer = readMessage(lines.slice(divider + 1));
  const [, method, target, user] = REQUEST_LINE.exec(request.first) ?? [];
  const [, status, partial] = STATUS_LINE.exec(answer.first) ?? [];
  if (divider < 0 || method === undefined || target === undefined || status === undefined) {
    throw new Error(`line ${line}: not an exchange`);
  }
  return {
    line,
    method,
    target,
    user: user ?? null,
    headers: request.headers,
    body: request.body,
    status: Number(status),
    partial: partial !== undefined,
    expectedHeaders: answer.headers,
    expectedBody: answer.body,
  };
}

function readMessage(lines: string[]) {
  const [first = "", ...rest] = lines;
  const empty = rest.findIndex((line) => line === "");
  const head = empty < 0 ? rest : rest.slice(0, empty);
  const headers = head.map((line) => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()] as const;
  });
  const body = empty < 0 ? "" : rest.slice(empty + 1).join("\n");
  return { first: first.trim(), headers, body: body.trim() === "" ? "" : body };
}

/** Sends requests as the users of a transcript. */
export type Send = (request: {
  method: string;
  target: string;
  user: string | null;
  headers: Record<string, string>;
  body: string;
}) => Promise<{ status: number; headers: Headers; body: string }>;

/**
 * Plays a conversation against a server.
 *
 * @param known values of placeholders to begin with
 * @returns what differed, in words; empty when all went as written
 */
export async function play(
  transcript: Transcript,
  send: Send,
  known: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const placeholders = new Placeholders(known);
  const problems: string[] = [];
  for (const exchange of transcript.exchanges) {
    const body = placeholders.fill(exchange.body);
    const headers = Object.fromEntries(
      exchange.headers.map(([name, value]) => [name, placeholders.fill(value)]),
    );
    const { method, user } = exchange;
    const target = placeholders.fill(exchange.target);
    const wire = isText(headers["content-type"]) ? body.replace(/\r?\n/g, "\r\n") : body;
    const answer = await send({ method, target, user, headers, body: wire });
    const where = `line ${exchange.line}, ${exchange.method} ${exchange.target}`;
    const found = compare(exchange, answer, placeholders);
    if (found.length > 0) {
      problems.push(`${where}\n  ${found.join("\n  ")}\n  answer:\n${answer.body}`);
      break;
    }
  }
  return problems;
}

/** iCalendar and vCard lines end in CRLF. */
function isText(type: string | undefined): boolean {
  return type?.startsWith("text/calendar") === true || type?.startsWith("text/vcard") === true;
}

function compare(
  exchange: Exchange,
  answer: { status: number; headers: Headers; body: string },
  placeholders: Placeholders,
): string[] {
  if (exchange.status !== answer.status) {
    return [`status is ${answer.status}, not ${exchange.status}`];
  }
  const headers = exchange.expectedHeaders.flatMap(([name, expected]) => {
    const actual = answer.headers.get(name);
    const isRight =
      expected === "(absent)" ? actual === null : placeholders.match(expected, actual);
    return isRight ? [] : [`header ${name} is ${actual}, not ${expected}`];
  });
  const { expectedBody, partial } = exchange;
  if (expectedBody === "") return headers;
  return [...headers, ...compareBodies(expectedBody, answer.body, { partial, placeholders })];
}
