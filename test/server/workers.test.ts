import { connect } from "node:net";
import test from "ava";
import { testDatabase } from "../support/database.ts";
import { dataFolder, runCommand, startServe, until, type Serving } from "../support/serve.ts";

/** Process ids of the web workers that have said something, in the order of the log. */
function webWorkers(server: Serving): number[] {
  const lines = server.said().matchAll(/"pid":(\d+),"role":"web"/g);
  return [...new Set([...lines].map((line) => Number(line[1])))];
}

test.serial("metrics are those of all processes, and one that is killed is replaced", async (t) => {
  const { url: DATABASE_URL } = await testDatabase(t);
  const variables = { DATABASE_URL, PUSHDAV_WORKERS: "2", PUSHDAV_LOG_LEVEL: "debug" };
  const server = await startServe(t, variables);
  // A connection that was just being handed to a dying worker is lost: hence the time limit.
  const ask = (path: string) =>
    fetch(`${server.url}${path}`, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(5000),
    }).then(
      async (response) => (response.status === 200 ? await response.text() : ""),
      () => "",
    );
  let asked = 0;
  await until("both workers have answered", async () => {
    if (await ask("/healthz")) asked += 1;
    return webWorkers(server).length === 2;
  });
  const text = await ask("/metrics");
  t.true(text.includes(`\npushdav_http_requests_total{method="GET",status="2xx"} ${asked}\n`));
  t.regex(text, /pushdav_http_request_seconds_bucket/);
  t.regex(text, /pushdav_database_connections\{state="idle"\} \d/);
  t.regex(text, /pushdav_pushes_total/);

  const [victim = 0] = webWorkers(server);
  t.true(victim > 1);
  process.kill(victim, "SIGKILL");
  await until(
    "a third worker answers",
    async () => (await ask("/healthz")) !== "" && webWorkers(server).length === 3,
  );
  t.regex(server.said(), /"role":"web".*"signal":"SIGKILL".*"a process died"/);
});

test.serial(
  "SIGTERM lets a request under way finish, refuses new ones, and exits with 0",
  async (t) => {
    const { url: DATABASE_URL } = await testDatabase(t);
    const account = { PUSHDAV_ADMIN_USER: "ann", PUSHDAV_ADMIN_PASSWORD: "pw" };
    const server = await startServe(t, { DATABASE_URL, ...account });
    const card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:A\r\nN:A;;;;\r\nEND:VCARD\r\n";
    const socket = connect(server.port, "127.0.0.1");
    let answer = "";
    socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
    socket.write(
      `PUT /dav/addressbooks/ann/addressbook/1.vcf HTTP/1.1\r\nHost: localhost\r\n` +
        `Authorization: Basic ${Buffer.from("ann:pw").toString("base64")}\r\n` +
        `Content-Type: text/vcard\r\nContent-Length: ${card.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    await until("the body is asked for", () => answer.includes("100 Continue\r\n\r\n"));
    answer = "";
    socket.write(card.slice(0, 20));
    server.child.kill("SIGTERM");
    // A connection that node:cluster hands over at this very moment is neither answered nor refused.
    await until("no request is answered any more", () =>
      fetch(server.url, { signal: AbortSignal.timeout(5000) }).then(
        () => false,
        () => true,
      ),
    );
    socket.write(card.slice(20));
    await until("the request is answered", () => answer.includes("\r\n\r\n"));
    t.regex(answer, /^HTTP\/1\.1 201 /);
    t.regex(answer, /\r\nConnection: close\r\n/i);
    t.is((await server.ended).code, 0);
  },
);

test.serial("commands at once share one database, and work beside a server", async (t) => {
  const variables = { PUSHDAV_DATA: await dataFolder(t) };
  const commands = [1, 2, 3].map(() => runCommand(t, ["migrate", "up"], variables).ended);
  const codes = (await Promise.all(commands)).map(({ code, errors }) => `${code} ${errors}`);
  t.deepEqual(new Set(codes), new Set(["0 "]));
  const server = await startServe(t, variables);
  const beside = await runCommand(t, ["migrate", "status", "--json"], variables).ended;
  t.is(beside.code, 0);
  t.like(JSON.parse(beside.output), { pending: [], unknown: [] });
  t.is((await fetch(`${server.url}/readyz`)).status, 200);
});
