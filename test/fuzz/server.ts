/**
 * The server under test, in a process of its own, so that one that hangs is seen. It answers the messages of
 * its parent.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createAccount, deleteAccount } from "../../server/accounts/accounts.ts";
import { PASSWORD, testServer } from "../support/server.ts";

export type Question =
  | { readonly ask: "make"; readonly names: readonly string[] }
  | { readonly ask: "delete"; readonly names: readonly string[] }
  | { readonly ask: "memory" }
  | { readonly ask: "end" };

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const teardowns: (() => unknown)[] = [];
const environment = {
  PUSHDAV_QUOTA: "1 MB",
  PUSHDAV_ADD_MEMBER: "on",
  PUSHDAV_MAX_SYNC_PAGE: "50",
};
const { origin, pool } = await testServer(
  { teardown: (run) => void teardowns.push(run) },
  { users: [], environment },
);

/** @returns bytes that live objects take */
function memory(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

async function answer(question: Question): Promise<number> {
  switch (question.ask) {
    case "make":
      for (const name of question.names) {
        await createAccount(pool, { name, password: PASSWORD, email: `${name}@example.org` });
      }
      return 0;
    case "delete":
      for (const name of question.names) await deleteAccount(pool, name);
      return 0;
    case "memory":
      return memory();
    case "end":
      for (const run of teardowns.toReversed()) await run();
      process.disconnect();
      return 0;
  }
}

process.on("message", (question: Question) => {
  void answer(question).then((value) => process.connected && process.send?.({ value }));
});
process.send?.({ origin });
