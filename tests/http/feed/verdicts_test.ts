import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { Verdicts } from "../../../src/http/feed/verdicts.ts";

Deno.test("Verdicts never says what it was not told, whatever was told before and wherever", () => {
  const seq = fc.oneof(
    fc.integer({ min: 1, max: 300 }),
    fc.integer({ min: 262_100, max: 262_500 }), // share places with those above
    fc.integer({ min: 2 ** 40, max: 2 ** 40 + 300 }),
  );
  fc.assert(fc.property(fc.array(fc.tuple(seq, fc.boolean())), fc.array(seq), (told, asked) => {
    const verdicts = new Verdicts();
    const truth = new Map<number, boolean>();
    for (const [seq, isMatch] of told) {
      const value = truth.get(seq) ?? isMatch; // a verdict never changes
      truth.set(seq, value);
      verdicts.set(seq, value);
      assertEquals(verdicts.get(seq), value);
    }
    for (const seq of [...asked, ...truth.keys()]) {
      const said = verdicts.get(seq);
      if (said !== undefined) assertEquals(said, truth.get(seq));
      for (let next = seq + 1; next <= verdicts.lastBeforeNext(seq); next++) {
        assertEquals(truth.get(next), false);
      }
    }
  }));
});

Deno.test("Verdicts skips long ranges without a match, up to the next match or to what is unknown", () => {
  const verdicts = new Verdicts();
  for (let seq = 1; seq <= 200_000; seq++) verdicts.set(seq, seq === 150_000);
  assertEquals(verdicts.lastBeforeNext(0), 149_999);
  assertEquals(verdicts.lastBeforeNext(149_999), 149_999);
  assertEquals(verdicts.lastBeforeNext(150_000), 200_000);
  assertEquals(verdicts.lastBeforeNext(200_000), 200_000);
  verdicts.clear();
  assertEquals(verdicts.lastBeforeNext(0), 0);
});
