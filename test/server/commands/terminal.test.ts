import { PassThrough } from "node:stream";
import test from "ava";
import { createTerminal } from "../../../server/commands/terminal.ts";
import { until } from "../../support/serve.ts";

function person() {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  const output = Object.assign(new PassThrough(), { isTTY: true }).setEncoding("utf8");
  const terminal = createTerminal({ input, output });
  return { terminal, input, shown: () => String(output.read() ?? "") };
}

test("a person types a password twice and does not see it", async (t) => {
  const { terminal, input, shown } = person();
  const password = terminal.askPassword();
  input.write("gehe im\ngehe im\n");
  t.is(await password, "gehe im");
  t.is(shown(), "Password: \nOnce more: \n");
});

test("two passwords that differ are refused, and Ctrl-C cancels", async (t) => {
  const one = person();
  const differing = one.terminal.askPassword();
  one.input.write("a\n");
  let shown = "";
  await until("it asks once more", () => (shown += one.shown()).includes("Once more"));
  one.input.write("b\n");
  await t.throwsAsync(differing, { message: /not the same/ });
  const two = person();
  const cancelled = two.terminal.askPassword();
  two.input.write("abc\u0003");
  await t.throwsAsync(cancelled, { message: "cancelled" });
});

test("only a person who says yes confirms", async (t) => {
  for (const [typed, sure] of [
    ["y\n", true],
    ["Yes\n", true],
    ["\n", false],
    ["n\n", false],
  ] as const) {
    const { terminal, input } = person();
    const answer = terminal.confirm("Sure?");
    input.write(typed);
    t.is(await answer, sure, typed);
  }
  const streams = { input: new PassThrough().end("y\n"), output: new PassThrough() };
  t.false(await createTerminal(streams).confirm("Sure?"));
});

test("progress is shown on a terminal only", (t) => {
  const { terminal, shown } = person();
  terminal.progress(0.5, "12 objects");
  t.is(shown(), `\r\u001b[K[${"#".repeat(15)}${" ".repeat(15)}]  50 % 12 objects`);
  const output = new PassThrough();
  createTerminal({ input: new PassThrough(), output }).progress(0.5);
  t.is(output.read(), null);
});
