import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { ReadStream, WriteStream } from "node:tty";
import { Failure } from "../failure.ts";

/** The person at the command, or the script. */
export interface Terminal {
  /**
   * A password: typed twice without echo by a person, the first line of the input from a script.
   * @throws Failure when there is none, or the two differ
   */
  askPassword(): Promise<string>;
  /** Asks a person a question. @returns false for a script, which nobody can ask */
  confirm(question: string): Promise<boolean>;
  /** Shows how far something is, between 0 and 1, to a person; null when it has ended. */
  progress(share: number | null, what?: string): void;
}

export interface TerminalStreams {
  readonly input: NodeJS.ReadableStream & Pick<Partial<ReadStream>, "isTTY">;
  /** Standard error, so that standard output stays clean. */
  readonly output: NodeJS.WritableStream & Pick<Partial<WriteStream>, "isTTY">;
}

const MAX_LINE = 8192;
const BAR = 30;

/** The terminal of these streams. */
export function createTerminal({ input, output }: TerminalStreams): Terminal {
  const person = input.isTTY === true && output.isTTY === true;
  return {
    askPassword: () => (person ? askTwice(input, output) : readFirstLine(input)),
    async confirm(question) {
      if (!person) return false;
      const answer = await ask(input, output, `${question} [y/N] `, true);
      return /^y(es)?$/i.test(answer.trim());
    },
    progress(share, what = "") {
      if (output.isTTY !== true) return;
      output.write(share === null ? "\r\u001b[K" : `\r\u001b[K${bar(share)} ${what}`);
    },
  };
}

function bar(share: number): string {
  const full = Math.round(share * BAR);
  const percent = String(Math.floor(share * 100)).padStart(3);
  return `[${"#".repeat(full)}${" ".repeat(BAR - full)}] ${percent} %`;
}

async function askTwice(
  input: TerminalStreams["input"],
  output: TerminalStreams["output"],
): Promise<string> {
  const password = await ask(input, output, "Password: ", false);
  const again = await ask(input, output, "Once more: ", false);
  if (password === again) return password;
  throw new Failure("the two passwords are not the same; try again");
}

async function ask(
  input: TerminalStreams["input"],
  output: TerminalStreams["output"],
  question: string,
  echo: boolean,
): Promise<string> {
  output.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: echo ? output : silent, terminal: true });
  const cancelled = new Promise<never>((_resolve, reject) => {
    reader.once("SIGINT", () => reject(new Failure("cancelled")));
    reader.once("close", () => reject(new Failure("cancelled")));
  });
  try {
    return await Promise.race([reader.question(""), cancelled]);
  } finally {
    reader.close();
    if (!echo) output.write("\n");
  }
}

/** Reads no further than the first line, so that a script may send more to somebody else. */
async function readFirstLine(input: TerminalStreams["input"]): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (bytes.includes(0x0a) || size > MAX_LINE) break;
  }
  const line = Buffer.concat(chunks).toString("utf8").split("\n", 1)[0]?.replace(/\r$/, "") ?? "";
  if (line === "") throw new Failure("give the password on the first line of standard input");
  if (line.length > MAX_LINE) throw new Failure("the first line of standard input is too long");
  return line;
}
