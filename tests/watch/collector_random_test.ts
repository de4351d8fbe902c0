import { assert } from "@std/assert";
import fc from "fast-check";
import { RefusedLinkError } from "../../src/thousandeyes/page/refused_link_error.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { Bench, eventAt, HOUR, MINUTE } from "./bench_of.ts";
import { failsWith, type Fault } from "./fake_api.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const FAULTS: Record<string, Fault> = {
  server: failsWith("server_error", "Cannot list", { status: 500 }),
  cut: failsWith("not_json", "Cannot list", { status: 200 }),
  denied: failsWith("unauthorized", "Cannot list", { status: 401 }),
  limited: failsWith("rate_limited", "Cannot list", { status: 429 }),
  cursor: (page, url) => {
    if (!url.searchParams.has("cursor")) return page;
    throw new ThousandEyesError("bad_request", "Cannot list", { status: 400 });
  },
  foreign: (page) => {
    throw new RefusedLinkError(new ThousandEyesError("foreign_link", "Cannot follow"), {
      ...page,
      next: undefined,
    });
  },
  repeated: (page, url) => ({ ...page, next: new URL(url) }),
  emptied: (page, url) => {
    const next = new URL(url);
    next.searchParams.set("again", String(Number(next.searchParams.get("again") ?? 0) + 1));
    return { ...page, events: [], next };
  },
};

const anAct = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      act: fc.constant("publish" as const),
      ago: fc.integer({ min: 0, max: 90 }),
      lateMinutes: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(60 * 24 * 5)),
      users: fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("run" as const),
      seconds: fc.oneof(fc.nat(90), fc.nat(4_000), fc.nat(60_000)),
    }),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constant("step" as const), times: fc.nat(4) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("restart" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant("fault" as const),
      kind: fc.constantFrom(...Object.keys(FAULTS)),
      after: fc.nat(3),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("page size" as const),
      size: fc.integer({ min: 2, max: 7 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("clock" as const),
      minutes: fc.integer({ min: -600, max: 600 }),
    }),
  },
);

Deno.test("Collector records every event once, whatever happens, in any order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anAct, { maxLength: 40 }), async (acts) => {
      using bench = new Bench({ backfillMs: 2 * HOUR, maxPages: 30, pollMs: 10 * MINUTE });
      await bench.settle();
      for (const act of acts) {
        const now = bench.clock.now();
        if (act.act === "publish") {
          const at = Math.floor((now - act.ago * MINUTE) / 1_000) * 1_000;
          for (const user of act.users) {
            const start = Date.parse(eventAt(0).date!);
            if (at < start - 2 * HOUR) continue; // older events are never requested
            bench.api.publish(eventAt(at - start, `${user}`), now + act.lateMinutes * MINUTE);
          }
        } else if (act.act === "run") await bench.run(act.seconds * 1_000, 50_000);
        else if (act.act === "restart") bench.restart();
        else if (act.act === "page size") bench.api.pageSize = act.size;
        else if (act.act === "step") {
          for (let n = 0; n < act.times; n++) await bench.watch.collector.step();
        } else if (act.act === "fault") {
          bench.api.faults.push(...Array(act.after).fill(undefined), FAULTS[act.kind]);
        } else bench.clock.set(now + act.minutes * MINUTE);
      }
      bench.api.faults.length = 0;
      await bench.run(8 * 24 * HOUR, 100_000);
      bench.assertComplete();
      assert(bench.watch.status().health === "green");
    }),
    { numRuns: runsOf(25) },
  );
});
