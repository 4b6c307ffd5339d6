/** The files area around the protocol: its switch, its homes, the marks that changes leave. */
import { request as plainRequest } from "node:http";
import test from "ava";
import { Client } from "pg";
import { createAccount, deleteAccount } from "../../server/accounts/accounts.ts";
import { migrate } from "../../server/store/migrate.ts";
import { testDatabase } from "../support/database.ts";
import { authorization, PASSWORD, testServer } from "../support/server.ts";

const request = (method: string, target: string, headers = {}, body = "") => ({
  method,
  target: `/dav/files/${target}`,
  user: "alice",
  headers,
  body,
});

test("PUSHDAV_FILES=off takes the files area away", async (t) => {
  const { send } = await testServer(t, { environment: { PUSHDAV_FILES: "off" } });
  for (const [method, target] of [
    ["PROPFIND", ""],
    ["PROPFIND", "alice/"],
    ["MKCOL", "alice/a/"],
    ["GET", "alice/a"],
  ] as const) {
    t.is((await send(request(method, target, { depth: "0" }))).status, 404, `${method} ${target}`);
  }
  const root = { ...request("PROPFIND", "", { depth: "1" }), target: "/dav/" };
  t.notRegex((await send(root)).body, /files/);
});

test("an account from before the files area gets a home of files", async (t) => {
  const { pool, url } = await testDatabase(t);
  const client = new Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end());
  await createAccount(pool, { name: "ann", password: PASSWORD });
  const homes = () => pool.query("select kind from home order by kind");
  for (let kinds = 3; kinds === 3; kinds = (await homes()).rows.length) {
    await migrate(client, { direction: "down", count: 1 });
  }
  t.is((await homes()).rows.length, 2);
  await migrate(client, { direction: "up" });
  t.is((await homes()).rows.length, 3);
  const files = await pool.query("select name, parent_id, data from file");
  t.deepEqual(files.rows, [{ name: "", parent_id: null, data: null }]);
});

test("each change takes a number, is announced, and leaves a tombstone where something was", async (t) => {
  const { send, pool } = await testServer(t);
  await send(request("MKCOL", "alice/a/"));
  await send(request("PUT", "alice/a/one", {}, "1"));
  await send(request("MOVE", "alice/a/one", { destination: "/dav/files/alice/two" }));
  await send(request("DELETE", "alice/two"));
  const { rows } = await pool.query(
    "select name, changed_seq from file_tombstone order by changed_seq",
  );
  t.deepEqual(rows, [
    { name: "one", changed_seq: 4 },
    { name: "two", changed_seq: 6 },
  ]);
  await send(request("PUT", "alice/two", {}, "2"));
  const { rows: outbox } = await pool.query(
    "select seq from outbox where home = 'files' order by seq",
  );
  t.deepEqual(
    outbox.map(({ seq }) => seq),
    [2, 3, 5, 6, 7],
  );
});

test("a tree of many levels is copied, and goes with its account", async (t) => {
  const { send, pool } = await testServer(t);
  let path = "alice/deep/";
  for (let level = 0; level < 60; level++, path += "d/") {
    t.is((await send(request("MKCOL", path))).status, 201);
  }
  const copy = request("COPY", "alice/deep/", { destination: "/dav/files/alice/copy/" });
  t.is((await send(copy)).status, 201);
  const bottom = await send(
    request("PROPFIND", path.replace("deep", "copy").slice(0, -2), { depth: "0" }),
  );
  t.is(bottom.status, 207);
  const everything = () => send(request("PROPFIND", "alice/", { depth: "infinity" }));
  const { status, body } = await everything();
  t.is(status, 207);
  t.is(body.split("<d:response>").length - 1, 121);
  await pool.query(
    `insert into file (principal_id, parent_id, name, changed_seq)
     select principal_id, id, n::text, 1 from file, generate_series(1, 5000) n where parent_id is null`,
  );
  const refused = await everything();
  t.is(refused.status, 403);
  t.regex(refused.body, /propfind-finite-depth/);
  await deleteAccount(pool, "alice");
  t.deepEqual((await pool.query("select id from file")).rows, []);
});

test("a request target with a fragment is refused, for the client did not mean what is before it", async (t) => {
  const { send, origin } = await testServer(t);
  await send(request("MKCOL", "alice/a/"));
  const status = await new Promise((resolve, reject) => {
    plainRequest(origin, {
      method: "DELETE",
      path: "/dav/files/alice/a/#b",
      headers: { authorization: authorization("alice") },
    })
      .on("response", (response) => resolve(response.resume().statusCode))
      .on("error", reject)
      .end();
  });
  t.is(status, 400);
});
