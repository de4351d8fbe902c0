import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { RETRY_SCHEDULE, retryDelay } from "../../src/delivery/retry_schedule.ts";

const HOUR = 3_600_000;
const round = fc.integer({ min: 0, max: 9 });
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

Deno.test("RETRY_SCHEDULE makes ten attempts over 75 h 35 m 5 s", () => {
  assertEquals(RETRY_SCHEDULE.length, 10);
  assertEquals(RETRY_SCHEDULE.reduce((sum, ms) => sum + ms), ((75 * 60 + 35) * 60 + 5) * 1_000);
});

Deno.test("retryDelay() stays within 20 % of the schedule", () => {
  fc.assert(fc.property(round, chance, (round, chance) => {
    const delay = retryDelay({ round, random: () => chance })!;
    assert(Math.abs(delay - RETRY_SCHEDULE[round]!) <= 0.2 * RETRY_SCHEDULE[round]! + 1);
  }));
});

Deno.test("retryDelay() never lets Retry-After shorten the delay, nor extend it beyond an hour or twice the delay", () => {
  fc.assert(
    fc.property(
      round,
      chance,
      fc.double({ min: 0, noNaN: true }),
      (round, chance, retryAfterMs) => {
        const random = () => chance;
        const base = retryDelay({ round, random })!;
        const delay = retryDelay({ round, random, retryAfterMs })!;
        assert(delay >= base && delay <= Math.max(2 * base + 1, HOUR));
      },
    ),
  );
});

Deno.test("retryDelay() waits at least as long as Retry-After says, within bounds", () => {
  fc.assert(fc.property(chance, fc.integer({ min: 0, max: HOUR }), (chance, retryAfterMs) => {
    assert(retryDelay({ round: 1, random: () => chance, retryAfterMs })! >= retryAfterMs);
  }));
});

Deno.test("retryDelay() follows an endpoint's own schedule and ends with it", () => {
  const random = () => 0.5;
  assertEquals(
    [0, 1, 2].map((round) => retryDelay({ round, schedule: [10, 20], random })),
    [10, 20, undefined],
  );
});
