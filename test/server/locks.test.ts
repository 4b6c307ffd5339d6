/** Locks end by themselves. */
import test from "ava";
import { testServer } from "../support/server.ts";

const LOCK = `<lockinfo xmlns="DAV:"><lockscope><exclusive/></lockscope><locktype><write/></locktype></lockinfo>`;

test("a lock holds until its timeout, and its row goes when another lock is made", async (t) => {
  let now = new Date("2026-11-01T00:00:00Z");
  const { send, pool } = await testServer(t, { clock: () => now });
  const request = (method: string, name: string, body: string, headers = {}) =>
    send({ method, target: `/dav/files/alice/${name}`, user: "alice", headers, body });

  t.is((await request("LOCK", "a", LOCK, { timeout: "Second-60" })).status, 201);
  now = new Date("2026-11-01T00:00:59Z");
  t.is((await request("PUT", "a", "1")).status, 423);
  now = new Date("2026-11-01T00:01:00Z");
  t.is((await request("PUT", "a", "1")).status, 204);

  t.is((await request("LOCK", "b", LOCK, { timeout: "Infinite" })).status, 201);
  const { rows } = await pool.query("select names, expires_at from lock");
  t.deepEqual(rows, [{ names: ["b"], expires_at: new Date("2026-11-02T00:01:00Z") }]);
});
