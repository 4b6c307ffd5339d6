/**
 * A page in a real browser (Chromium 156 was the one tried) that shares its origin with the server, as behind a reverse
 * proxy, hears of changes by the line of JavaScript that the README shows. Skipped where chromium is not installed.
 */
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { ExecutionContext } from "ava";
import { BROWSER, startBrowser } from "../support/browser.ts";
import { event } from "../support/events.ts";
import { missingPrograms, testUnlessMissing } from "../support/programs.ts";
import { eventually } from "../support/push.ts";
import { PASSWORD, testServer } from "../support/server.ts";

const PAGE = `<!doctype html><script>
  const told = [];
  const source = new EventSource("/jmap/events?types=*&closeafter=no&ping=60");
  source.addEventListener("state", ({ data }) => told.push(JSON.parse(data).changed));
</script>`;

interface Front {
  /** Host and port. */
  readonly authority: string;
  /** Ends what is being answered, as a proxy that is restarted. */
  readonly cut: () => void;
}

/** A web server with one page, which hands everything else to the server behind it. */
async function startFront(t: ExecutionContext, behind: string): Promise<Front> {
  const answers = new Set<ServerResponse>();
  const front = createServer((asked: IncomingMessage, answer: ServerResponse) => {
    if (asked.url === "/page") {
      answer.setHeader("content-type", "text/html").end(PAGE);
      return;
    }
    const { method, headers, url = "" } = asked;
    const passed = request(new URL(url, behind), { method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on("error", () => answer.destroy());
    answers.add(answer);
    answer.on("close", () => {
      answers.delete(answer);
      passed.destroy();
    });
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  t.teardown(() => {
    front.closeAllConnections();
    front.close();
  });
  return {
    authority: `127.0.0.1:${(front.address() as AddressInfo).port}`,
    cut: () => answers.forEach((answer) => answer.destroy()),
  };
}

testUnlessMissing(
  missingPrograms([BROWSER]),
  "a page in a browser is told of a change, and of what it missed while it was away",
  async (t) => {
    const server = await testServer(t);
    const { authority, cut } = await startFront(t, server.origin);
    const put = (name: string) => {
      const target = `/dav/calendars/alice/calendar/${name}.ics`;
      const headers = { "content-type": "text/calendar" };
      return server.send({ method: "PUT", target, user: "alice", headers, body: event(name) });
    };
    const browser = await startBrowser(t);
    const password = encodeURIComponent(PASSWORD);
    await browser.visit(`http://alice:${password}@${authority}/.well-known/jmap`);
    await browser.visit(`http://${authority}/page`);
    await eventually(async () => (await browser.evaluate("source.readyState")) === 1, "open");
    t.is((await put("a")).status, 201);
    const told = async () => (await browser.evaluate("told")) as Record<string, object>[];
    await eventually(async () => (await told()).length > 0, "an event");
    cut();
    t.is((await put("b")).status, 201);
    await eventually(async () => (await told()).length > 1, "an event after it came back");
    for (const changed of await told())
      t.deepEqual(Object.values(changed).map(Object.keys), [["CalendarEvent"]]);
  },
);
