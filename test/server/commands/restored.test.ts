import test from "ava";
import { restored } from "../../../server/commands/restored.ts";
import { user } from "../../../server/commands/user.ts";
import { createStore } from "../../../server/store/store.ts";
import { commandLine } from "../../support/command.ts";

test("after restored every home and collection is a new incarnation with the same numbers", async (t) => {
  const { run, pool } = await commandLine(t);
  await run(user, ["add", "ann"], "secret\n");
  const store = createStore(pool, () => {});
  const look = () =>
    store.run(
      { mode: "statement", run: (tx) => tx.findCollection("calendars", "ann", "calendar") },
      null,
    );
  const before = await look();
  const { code, output } = await run(restored, []);
  t.is(code, 0);
  t.regex(output, /^3 collections/);
  const after = await look();
  t.is(after?.seq, before?.seq);
  t.not(after?.uuid, before?.uuid);
  t.not(after?.home.uuid, before?.home.uuid);
});
