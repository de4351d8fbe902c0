import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { withDeadline } from "../../src/stream/with_deadline.ts";
import { systemClock } from "../../src/stream/clock.ts";
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

Deno.test("withDeadline() passes on the caller's abort with its reason unchanged", async () => {
  const stop = new AbortController();
  const work = withDeadline(60_000, never, { clock: systemClock, signal: stop.signal });
  stop.abort(STOP);
  assertEquals(await work.catch((reason) => reason), STOP);
});

Deno.test("withDeadline() does not begin if the signal has aborted", async () => {
  let begun = false;
  const error = await withDeadline(1, () => Promise.resolve(begun = true), {
    clock: systemClock,
    signal: AbortSignal.abort(STOP),
  }).catch((reason) => reason);
  assertEquals([error, begun], [STOP, false]);
});

Deno.test("withDeadline() ends its wait, whether the work succeeds or fails", async () => {
  const waits = new Set<AbortSignal>();
  const clock = {
    now: () => 0,
    wait(_ms: number, signal?: AbortSignal): Promise<void> {
      waits.add(signal!);
      return new Promise((_, reject) => signal!.addEventListener("abort", () => reject()));
    },
  };
  assertEquals(await withDeadline(60_000, () => Promise.resolve(1), { clock }), 1);
  const failing = withDeadline(60_000, () => Promise.reject(STOP), { clock });
  assertEquals(await failing.catch((reason) => reason), STOP);
  assertEquals([...waits].map(({ aborted }) => aborted), [true, true]);
});
