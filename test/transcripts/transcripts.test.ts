import { globSync } from "node:fs";
import { join, relative } from "node:path";
import test from "ava";
import { testServer } from "../support/server.ts";
import { play, readTranscript } from "../support/transcript.ts";

for (const file of globSync(join(import.meta.dirname, "**/*.http")).sort()) {
  const { title, exchanges } = readTranscript(file);
  test(`${relative(import.meta.dirname, file)}: ${title}`, async (t) => {
    const { send, origin } = await testServer(t, { users: ["alice", "bob"] });
    t.true(exchanges.length > 0);
    const problems = await play({ title, exchanges }, send, { host: new URL(origin).host });
    t.deepEqual(problems, []);
  });
}
