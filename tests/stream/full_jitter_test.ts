import { assert } from "@std/assert";
import fc from "fast-check";
import { fullJitter } from "../../src/stream/full_jitter.ts";

Deno.test("fullJitter() stays between zero and the maximum of its attempt, and under the cap", () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), chance, (attempt, drawn) => {
      const delay = fullJitter({ attempt, baseMs: 500, capMs: 30_000, random: () => drawn });
      assert(delay >= 0 && delay <= Math.min(30_000, 500 * 2 ** (attempt - 1)), String(delay));
    }),
  );
});
