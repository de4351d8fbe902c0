import { assertEquals } from "@std/assert";
import {
  countRequest,
  noRequests,
  ourShare,
  waitForShare,
} from "../../src/watch/collector/rate_share.ts";
import { DEFAULT_WATCH_OPTIONS } from "../../src/watch/watch_options.ts";

const LIMIT = 240;

/** How many requests a source makes in one window, beside others that leave so many. */
function requestsOf(sharers: number, isLive: boolean, remaining: number): number {
  const told = { limit: LIMIT, remaining, resetAt: 60_000 };
  let count = countRequest(noRequests(), 1, told);
  const options = { ...DEFAULT_WATCH_OPTIONS, sharers };
  while (waitForShare(count, isLive, 1, options) === 0) count = countRequest(count, 1, told);
  return count.used;
}

Deno.test("sources of one organisation share what one alone may use, and never more together", () => {
  assertEquals(ourShare(LIMIT, { reserve: 0.5, sharers: 1 }), 120);
  for (const sharers of [1, 2, 3, 5, 120]) {
    const live = requestsOf(sharers, true, LIMIT);
    const patient = requestsOf(sharers, false, LIMIT);
    assertEquals(live, Math.floor(120 / sharers));
    assertEquals(patient, Math.max(1, Math.floor(live * 0.8)), String(sharers));
  }
  // Each can make one request a minute, however many there are: none goes blind.
  assertEquals(requestsOf(1_000, true, LIMIT), 1);
});

Deno.test("what can wait stops at the reserve of others, and not at what other sources use", () => {
  assertEquals(requestsOf(4, false, 121), 24);
  assertEquals(requestsOf(4, false, 120), 1);
  assertEquals(requestsOf(4, true, 1), 30);
});
