/** A real browser without a window, driven by the Chrome DevTools Protocol. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionContext } from "ava";
import { homeVariables } from "./programs.ts";
import { eventually } from "./push.ts";

/** The program that is driven. */
export const BROWSER = "chromium";

const SWITCHES = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--remote-debugging-port=0",
];

export interface Browser {
  /** Opens a page in the only tab, and resolves when it is there. */
  readonly visit: (url: string) => Promise<void>;
  /** The value of an expression in the page; it must be plain data. */
  readonly evaluate: (expression: string) => Promise<unknown>;
}

interface Answer {
  readonly id?: number;
  readonly result?: { readonly result?: { readonly value?: unknown }; readonly errorText?: string };
  readonly error?: { readonly message: string };
}

/** Starts Chromium with a profile of its own; it ends with the test. */
export async function startBrowser(t: ExecutionContext): Promise<Browser> {
  const folder = await mkdtemp(join(tmpdir(), "pushdav-browser-"));
  const args = [...SWITCHES, `--user-data-dir=${join(folder, "profile")}`, "about:blank"];
  const env = homeVariables(folder);
  const child = spawn(BROWSER, args, { env, stdio: ["ignore", "ignore", "pipe"] });
  const ended = once(child, "exit");
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  t.teardown(async () => {
    child.kill("SIGTERM");
    await ended;
    // The browser's other processes end after it, and write until then.
    await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });
  const listening = () => /DevTools listening on ws:\/\/([^/]+)/.exec(said)?.[1];
  await eventually(() => listening() !== undefined, `the browser listens; it said ${said}`);
  const tab = await connect(await findPage(`http://${listening()}/json/list`));
  t.teardown(() => tab.close());
  const evaluate = async (expression: string) => {
    const { result } = await tab.send("Runtime.evaluate", { expression, returnByValue: true });
    return result?.result?.value;
  };
  return {
    evaluate,
    async visit(url) {
      const { result } = await tab.send("Page.navigate", { url });
      if (result?.errorText !== undefined) throw new Error(`${url}: ${result.errorText}`);
      const path = JSON.stringify(new URL(url).pathname);
      const there = `location.pathname === ${path} && document.readyState === "complete"`;
      await eventually(async () => (await evaluate(there)) === true, url);
    },
  };
}

/** The address of the tab that a browser starts with. */
async function findPage(list: string): Promise<string> {
  let found: string | undefined;
  await eventually(async () => {
    const pages = (await (await fetch(list)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    found = pages.find(({ type }) => type === "page")?.webSocketDebuggerUrl;
    return found !== undefined;
  }, "a tab");
  return found ?? "";
}

async function connect(address: string) {
  const socket = new WebSocket(address);
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener("message", ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    if (answer.id !== undefined) waiting.get(answer.id)?.(answer);
  });
  await once(socket, "open");
  let last = 0;
  return {
    close: () => socket.close(),
    async send(method: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
      const id = (last += 1);
      const { promise, resolve } = Promise.withResolvers<Answer>();
      waiting.set(id, resolve);
      socket.send(JSON.stringify({ id, method, params }));
      const answer = await promise;
      waiting.delete(id);
      if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
      return answer;
    },
  };
}
