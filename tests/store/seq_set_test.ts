import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { runsOf, SeqSet } from "../../src/store/seq_set.ts";

const pages = fc.array(fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 30 }), {
  maxLength: 8,
});

Deno.test("SeqSet has exactly the row numbers that were added, in any order, again, and as runs or not", () => {
  fc.assert(
    fc.property(pages, fc.boolean(), (added, asRuns) => {
      const seqs = new SeqSet();
      const model = new Set<number>();
      for (const page of added) {
        seqs.add(asRuns ? runsOf(page) : page);
        for (const seq of page) model.add(seq);
        for (let seq = 0; seq <= 61; seq++) assertEquals(seqs.has(seq), model.has(seq), `${seq}`);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("runsOf() keeps every row number and their order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }), (seqs) => {
      const spread = runsOf(seqs).flatMap((run) =>
        typeof run === "number"
          ? [run]
          : Array.from({ length: run[1] - run[0] + 1 }, (_, index) => run[0] + index)
      );
      assertEquals(spread, seqs);
    }),
    { numRuns: 300 },
  );
});
