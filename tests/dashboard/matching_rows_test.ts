import { assertEquals } from "@std/assert";
import type { Row } from "../../src/dashboard/feed_row.ts";
import { MatchingRows } from "../../src/dashboard/matching_rows.ts";

const row = (value: number): Row<number> => ({ id: `e.${value}`, value, recordedAt: "" });
const isEven = (row: Row<number>) => "id" in row && row.value % 2 === 0;

Deno.test("MatchingRows finds what a filter of all rows finds, whatever is added or dropped, at which end", () => {
  const matching = new MatchingRows<number>();
  const log = { rows: [] as Row<number>[], dropped: 0 };
  let [first, next, seed] = [0, 0, 1];
  const random = (max: number) => (seed = seed * 48271 % 2147483647) % max;
  for (let step = 0; step < 2_000; step++) {
    const count = random(5);
    for (let index = 0; index < count; index++) log.rows.push(row(next++));
    if (random(3) === 0) {
      const dropped = Math.min(random(6), log.rows.length);
      log.rows.splice(0, dropped);
      log.dropped += dropped;
      first += dropped;
    }
    if (random(20) === 0) {
      log.rows.unshift(row(--first));
      log.dropped--;
    }
    const key = random(50) === 0 ? "all" : "even";
    matching.update(log, key, key === "all" ? () => true : isEven);
    const expected = log.rows.flatMap((row, index) =>
      key === "all" || isEven(row) ? [log.dropped + index] : []
    );
    assertEquals(matching.places, expected, `step ${step}`);
  }
});

Deno.test("MatchingRows tests each row once", () => {
  const matching = new MatchingRows<number>();
  const log = { rows: Array.from({ length: 1_000 }, (_, value) => row(value)), dropped: 0 };
  let tested = 0;
  const passes = () => {
    tested++;
    return true;
  };
  for (let value = 1_000; value < 1_100; value++) {
    log.rows.push(row(value));
    matching.update(log, "all", passes);
  }
  assertEquals(tested, 1_100);
});
