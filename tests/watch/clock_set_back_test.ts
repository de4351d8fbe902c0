import { assertEquals } from "@std/assert";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

const DAY = 24 * HOUR;

Deno.test("Collector recovers from a clock that was ahead only during a request", async () => {
  using bench = new Bench();
  await bench.settle();
  bench.api.faults.push(() => {
    bench.clock.set(START + DAY);
    throw new ThousandEyesError("unauthorized", "Cannot list audit events: 401", { status: 401 });
  });
  bench.clock.set(START + MINUTE);
  await bench.watch.collector.step();
  bench.clock.set(START + 2 * MINUTE);
  bench.api.publish(eventAt(2 * MINUTE));
  await bench.settle();
  bench.assertComplete();
});

Deno.test("Collector backfills although the clock was a year ahead at its first run", async () => {
  using bench = new Bench({ backfillMs: 10 * DAY });
  for (let hours = 1; hours < 10 * 24; hours += 10) bench.api.publish(eventAt(-hours * HOUR));
  bench.clock.set(START + 365 * DAY);
  await bench.run(20 * MINUTE);
  bench.clock.set(START + 20 * MINUTE);
  await bench.run(HOUR);
  bench.assertComplete();
});

Deno.test("Collector sweeps again after its clock was a year ahead, although the API refuses future dates", async () => {
  using bench = new Bench();
  let offset = 0;
  bench.api.always = (page, url) => {
    if (Date.parse(url.searchParams.get("startDate")!) <= bench.clock.now() - offset) return page;
    throw new ThousandEyesError("bad_request", "Cannot list audit events: 400", { status: 400 });
  };
  await bench.run(30 * MINUTE);
  offset = 365 * DAY;
  bench.clock.set(bench.clock.now() + offset);
  await bench.run(20 * MINUTE);
  bench.clock.set(bench.clock.now() - offset);
  offset = 0;
  await bench.run(MINUTE);
  assertEquals(Object.keys(bench.state.readings), []);
  assertEquals(bench.watch.status().failures, []);
  bench.api.publish(eventAt(MINUTE)); // so late that only a sweep finds it
  await bench.run(HOUR);
  bench.assertComplete();
});

Deno.test("Collector goes on telling of invalid items after its clock is set back, and none came in the future", async () => {
  using bench = new Bench();
  await bench.settle();
  bench.clock.set(START + 30 * DAY);
  bench.api.faults.push((page) => ({
    ...page,
    invalid: [{ value: { event: { text: "Login failed." } }, issues: ["event: not a string"] }],
  }));
  await bench.run(MINUTE);
  bench.clock.set(START + 2 * MINUTE);
  await bench.settle();
  const found = bench.watch.status().reasons.find(({ code }) => code === "invalid_events");
  assertEquals(found?.since, new Date(START + 2 * MINUTE).toISOString());
});
