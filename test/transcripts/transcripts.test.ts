import { globSync } from "node:fs";
import { join, relative } from "node:path";
import test from "ava";
import { testServer } from "../support/server.ts";
import { miscounted } from "../support/quota.ts";
import { play, readTranscript } from "../support/transcript.ts";

for (const file of globSync(join(import.meta.dirname, "**/*.http")).sort()) {
  const transcript = readTranscript(file);
  const { title, environment, exchanges } = transcript;
  const users = ["alice", "bob", ...transcript.users];
  test(`${relative(import.meta.dirname, file)}: ${title}`, async (t) => {
    const { send, origin, pool } = await testServer(t, { users, environment });
    t.true(exchanges.length > 0);
    const problems = await play(transcript, send, { host: new URL(origin).host });
    t.deepEqual(problems, []);
    t.deepEqual(await miscounted(pool), []);
  });
}
