import { assert, assertEquals } from "@std/assert";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import {
  type ApiClock,
  clockDifference,
  isClockConfirmed,
  learnApiTime,
} from "../../src/watch/collector/api_clock.ts";
import { noRequests } from "../../src/watch/collector/rate_share.ts";
import { Bench, eventAt, HOUR, MINUTE, START } from "./bench_of.ts";

const requests = noRequests();

Deno.test("learnApiTime() never takes a slow answer for a clock that is off", () => {
  const apiClock = learnApiTime(undefined, {
    sentAt: START,
    receivedAt: START + 5 * MINUTE,
    apiTime: START + 1_000,
  });
  assertEquals(clockDifference({ apiClock, requests }), 0);
});

Deno.test("learnApiTime() ignores a single wrong date", () => {
  let apiClock = undefined;
  for (const apiTime of [START, 0, START]) {
    apiClock = learnApiTime(apiClock, { sentAt: START, receivedAt: START + 500, apiTime });
  }
  assertEquals(clockDifference({ apiClock, requests }), 0);
});

/** An API whose clock differs, and which refuses to list its future. */
function strictApi(bench: Bench, differenceMs: number): void {
  bench.api.always = (page, url) => {
    const apiTime = Math.floor((bench.clock.now() + differenceMs) / 1_000) * 1_000;
    if (Date.parse(url.searchParams.get("endDate")!) <= apiTime) return { ...page, apiTime };
    const options = { status: 400, apiTime };
    throw new ThousandEyesError("bad_request", "Cannot list audit events: 400", options);
  };
}

Deno.test("Collector goes on although its clock is ahead of an API that refuses future ends", async () => {
  using bench = new Bench();
  const ahead = 8 * MINUTE;
  strictApi(bench, -ahead);
  await bench.run(5 * MINUTE);
  const refused = bench.state.counts.failures + bench.state.counts.restarts;
  for (let minute = 5; minute < 30; minute++) {
    bench.api.publish(eventAt(minute * MINUTE - ahead, `u${minute}`));
    await bench.run(MINUTE);
  }
  bench.assertComplete();
  assertEquals(bench.state.counts.failures + bench.state.counts.restarts, refused);
  assertEquals(bench.state.failures, {});
  assert(Date.parse(bench.watch.status().covered.to) <= bench.clock.now() - ahead);
});

Deno.test("Collector never requests what its API's clock has not reached, in a sweep either", async () => {
  using bench = new Bench();
  strictApi(bench, -8 * MINUTE);
  await bench.run(5 * MINUTE);
  const before = bench.api.asked.length;
  let ahead = 0;
  const { always } = bench.api;
  bench.api.always = (page, url) => {
    const to = Date.parse(url.searchParams.get("endDate")!);
    if (to > bench.clock.now() - 8 * MINUTE) ahead++;
    return always!(page, url);
  };
  await bench.run(25 * 60 * MINUTE);
  assert(bench.api.asked.length > before + 1_000);
  assertEquals(ahead, 0);
});

for (
  const [differenceMs, health] of [
    [0, "green"],
    [50_000, "green"],
    [-50_000, "green"],
    [70_000, "yellow"],
    [-70_000, "yellow"],
    [5 * MINUTE, "red"],
    [-5 * MINUTE, "red"],
  ] as const
) {
  Deno.test(`Watch.status() is ${health} if the API's clock differs by ${differenceMs / 1_000} s`, async () => {
    using bench = new Bench();
    bench.api.always = (page) => ({ ...page, apiTime: bench.clock.now() + differenceMs });
    await bench.run(3 * MINUTE);
    assertEquals(bench.watch.status().health, health);
  });
}

Deno.test("isClockConfirmed() trusts no clock of which the latest answer says that it jumped", () => {
  let apiClock: ApiClock | undefined;
  for (let answer = 0; answer < 3; answer++) {
    apiClock = learnApiTime(apiClock, { sentAt: START, receivedAt: START, apiTime: START });
  }
  assert(isClockConfirmed({ apiClock, requests }, START, HOUR));
  const jumped = START + 5 * HOUR; // ours: everything recorded in these hours would look old
  apiClock = learnApiTime(apiClock, { sentAt: jumped, receivedAt: jumped, apiTime: START });
  assert(!isClockConfirmed({ apiClock, requests }, jumped, HOUR));
});

Deno.test("isClockConfirmed() trusts no clock that jumped while the latest answer was under way", () => {
  const jumped = START + 5 * HOUR;
  const apiClock = learnApiTime(undefined, { sentAt: START, receivedAt: jumped, apiTime: START });
  assertEquals(clockDifference({ apiClock, requests }), 0); // it may as well have been slow
  assert(!isClockConfirmed({ apiClock, requests }, jumped, HOUR));
});
