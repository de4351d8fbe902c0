import { assertEquals, assertRejects } from "@std/assert";
import { partStream } from "../../../src/http/feed/part_stream.ts";
import { ManualClock, settled } from "../../support/manual_clock.ts";

Deno.test("partStream() does not take a reader for stalled that waits while much is searched", async () => {
  const clock = new ManualClock();
  function* search() {
    for (let found = 0; found < 10; found++) {
      clock.advance(20_000);
      yield "";
    }
    yield "found";
  }
  let probe = () => {};
  const onProbe = (given: () => void) => void (probe = given);
  const stream = partStream(search(), { clock, onProbe });
  let isRead = false;
  const text = new Response(stream).text().finally(() => isRead = true);
  for (let turn = 0; turn < 100 && !isRead; turn++) {
    clock.advance(1);
    await settled();
    probe(); // room has run out, and others want it
  }
  assertEquals(await text, "found");
  assertEquals(clock.pending, 0);
});

Deno.test("partStream() fails at a probe if its reader has taken nothing for five seconds", async () => {
  const clock = new ManualClock();
  let probe = () => {};
  const stream = partStream(["one", "two"].values(), {
    clock,
    onProbe: (given) => void (probe = given),
  });
  const reader = stream.getReader();
  await reader.read();
  clock.advance(4_999);
  probe();
  assertEquals((await reader.read()).done, false);
  clock.advance(5_000);
  probe();
  await assertRejects(() => reader.read(), Error, "stalled");
  assertEquals(clock.pending, 0);
});
