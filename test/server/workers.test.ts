import { connect } from "node:net";
import test from "ava";
import { dataFolder, runCommand, startServe, until, type Serving } from "../support/serve.ts";

/** Process ids of the web workers that have said something, in the order of the log. */
function webWorkers(server: Serving): number[] {
  const lines = server.said().matchAll(/"pid":(\d+),"role":"web"/g);
  return [...new Set([...lines].map((line) => Number(line[1])))];
}

test.serial("a worker that is killed is replaced", async (t) => {
  const variables = { PUSHDAV_WORKERS: "2", PUSHDAV_LOG_LEVEL: "debug" };
  const server = await startServe(t, { PUSHDAV_DATA: await dataFolder(t), ...variables });
  // A connection that was just being handed to the dying worker is lost: hence the time limit.
  const ask = () =>
    fetch(`${server.url}/healthz`, {
      headers: { connection: "close" },
      signal: AbortSignal.timeout(5000),
    }).then(
      (response) => response.status,
      () => 0,
    );
  await until("both workers have answered", async () => {
    await ask();
    return webWorkers(server).length === 2;
  });
  const [victim = 0] = webWorkers(server);
  t.true(victim > 1);
  process.kill(victim, "SIGKILL");
  await until("a third worker answers", async () => {
    const answered = (await ask()) === 200;
    return answered && webWorkers(server).length === 3;
  });
  t.regex(server.said(), /"role":"web".*"signal":"SIGKILL".*"a process died"/);
});

test.serial("metrics are those of all processes together", async (t) => {
  const server = await startServe(t, { PUSHDAV_DATA: await dataFolder(t), PUSHDAV_WORKERS: "2" });
  for (let i = 0; i < 10; i += 1) {
    await fetch(`${server.url}/healthz`, { headers: { connection: "close" } });
  }
  const text = await (await fetch(`${server.url}/metrics`)).text();
  t.regex(text, /pushdav_http_requests_total\{method="GET",status="2xx"\} 10\n/);
  t.regex(text, /pushdav_http_request_seconds_bucket/);
  t.regex(text, /pushdav_database_connections\{state="idle"\} \d/);
  t.regex(text, /pushdav_pushes_total/);
});

test.serial(
  "SIGTERM lets a request under way finish, refuses new ones, and exits with 0",
  async (t) => {
    const account = { PUSHDAV_ADMIN_USER: "ann", PUSHDAV_ADMIN_PASSWORD: "pw" };
    const server = await startServe(t, { PUSHDAV_DATA: await dataFolder(t), ...account });
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

test.serial("commands work beside a running server, and without one", async (t) => {
  const variables = { PUSHDAV_DATA: await dataFolder(t) };
  const alone = await runCommand(t, ["migrate", "status"], variables).ended;
  t.is(alone.code, 1);
  t.regex(alone.output, /pending 0001_foundation[^]*too old.*pushdav migrate up/);
  t.is((await runCommand(t, ["migrate", "up"], variables).ended).code, 0);
  const server = await startServe(t, variables);
  const beside = await runCommand(t, ["migrate", "status", "--json"], variables).ended;
  t.is(beside.code, 0);
  t.like(JSON.parse(beside.output), { pending: [], unknown: [] });
  t.is((await fetch(`${server.url}/readyz`)).status, 200);
});

test.serial("commands at once share one database", async (t) => {
  const variables = { PUSHDAV_DATA: await dataFolder(t) };
  const commands = [1, 2, 3, 4].map(() => runCommand(t, ["migrate", "up"], variables).ended);
  const codes = (await Promise.all(commands)).map(({ code, errors }) => `${code} ${errors}`);
  t.deepEqual(new Set(codes), new Set(["0 "]));
});
