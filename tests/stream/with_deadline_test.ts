import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { withDeadline } from "../../src/stream/with_deadline.ts";
import { systemClock } from "../../src/stream/system_clock.ts";
import { LeapClock } from "../support/leap_clock.ts";

const STOP = new Error("stop");
const never = (signal: AbortSignal) => systemClock.wait(60_000, signal);

Deno.test("withDeadline() aborts what takes too long, with a TimeoutError", async () => {
  const clock = new LeapClock("2026-01-01T00:00:00Z");
  const error = await assertRejects(() => withDeadline(9_000, never, { clock }));
  assertInstanceOf(error, DOMException);
  assertEquals(error.name, "TimeoutError");
  assertEquals(clock.waits, [9_000]);
});

Deno.test("withDeadline() passes on the caller's abort, its reason untouched", async () => {
  const stop = new AbortController();
  const work = withDeadline(60_000, never, { clock: systemClock, signal: stop.signal });
  stop.abort(STOP);
  assertEquals(await work.catch((reason) => reason), STOP);
});

Deno.test("withDeadline() does not begin under a signal that is aborted", async () => {
  let begun = false;
  const error = await withDeadline(1, () => Promise.resolve(begun = true), {
    clock: systemClock,
    signal: AbortSignal.abort(STOP),
  }).catch((reason) => reason);
  assertEquals([error, begun], [STOP, false]);
});

Deno.test("withDeadline() leaves no timer behind, whether the work succeeds or fails", async () => {
  // Deno's own sanitizer fails this test if a timer is left.
  assertEquals(await withDeadline(60_000, () => Promise.resolve(1), { clock: systemClock }), 1);
  const failing = withDeadline(60_000, () => Promise.reject(STOP), { clock: systemClock });
  assertEquals(await failing.catch((reason) => reason), STOP);
});
