import { mock } from "node:test";
import test from "ava";
import { readWish } from "../../../server/jmap/event-source.ts";
import { EventStream } from "../../../server/jmap/event-stream.ts";

const STATES = { a1: { Calendar: "x-1" } };
const wish = { types: null, closeAfterState: false, ping: 30 };

/** What a stream has written, without the id at its beginning. */
function written({ body }: EventStream): string {
  return String(body.read() ?? "").replace(/^id: \S+\n\n/, "");
}

test.serial.beforeEach(() => mock.timers.enable({ apis: ["setInterval"] }));
test.serial.afterEach.always(() => mock.timers.reset());

test.serial("a ping comes when nothing was told for so many seconds, and has no id", (t) => {
  const stream = new EventStream(wish, STATES);
  mock.timers.tick(29_999);
  t.is(written(stream), "");
  mock.timers.tick(1);
  t.is(written(stream), 'event: ping\ndata: {"interval":30}\n\n');
  stream.body.destroy();
});

test("a ping comes no more often than each 30 seconds, and at least each 300", (t) => {
  const used = (ping: number) => readWish(new URLSearchParams({ ping: String(ping) }))?.ping;
  t.deepEqual(
    [0, 1, 5, 30, 60, 300, 301, 999_999_999].map(used),
    [0, 30, 30, 30, 60, 300, 300, 300],
  );
});

test.serial("no ping is sent to who asked for none, nor after the end", async (t) => {
  const none = new EventStream({ ...wish, ping: 0 }, STATES);
  const ended = new EventStream(wish, STATES);
  ended.body.destroy();
  await new Promise((resolve) => ended.body.once("close", resolve));
  mock.timers.tick(600_000);
  t.is(written(none), "");
  none.body.destroy();
});

test.serial("who does not read is not written to for ever", (t) => {
  const stream = new EventStream(wish, {});
  for (let i = 0; i < 5000; i += 1) stream.look({ a1: { Calendar: `x-${i}` } });
  t.true(stream.body.destroyed);
});
