import { createInterface } from "node:readline";
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

type Input = NodeJS.ReadableStream & Pick<Partial<ReadStream>, "isTTY">;
type Output = NodeJS.WritableStream & Pick<Partial<WriteStream>, "isTTY">;

export interface TerminalStreams {
  readonly input: Input;
  /** Standard error, so that standard output stays clean. */
  readonly output: Output;
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
      output.write(`${question} [y/N] `);
      const lines = openLines(input, output);
      const answer = await lines.next().finally(() => lines.close());
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

async function askTwice(input: Input, output: Output): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = openLines(input, silent);
  const answers: string[] = [];
  try {
    for (const question of ["Password: ", "Once more: "]) {
      output.write(question);
      answers.push(await lines.next().finally(() => output.write("\n")));
    }
  } finally {
    lines.close();
  }
  const [password = "", again] = answers;
  if (password === again) return password;
  throw new Failure("the two passwords are not the same; try again");
}

/** Lines as a person types them, none lost when many come at once. */
function openLines(
  input: Input,
  echo: NodeJS.WritableStream,
): { next(): Promise<string>; close(): void } {
  const reader = createInterface({ input, output: echo, terminal: true });
  const lines = reader[Symbol.asyncIterator]();
  return {
    async next() {
      const line = await lines.next();
      if (line.done) throw new Failure("cancelled");
      return line.value;
    },
    close: () => reader.close(),
  };
}

/** Reads no further than the first line, so that a script may send more to somebody else. */
async function readFirstLine(input: Input): Promise<string> {
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
