import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nodeSql } from "../../src/server/node_sql.ts";
import {
  BEFORE_ALL,
  completeUntil,
  type EventPlace,
  placeAt,
  type PlacedEvent,
} from "../../src/store/events_by_time.ts";
import { SPAN_MS } from "../../src/store/hash_event.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { Log } from "../../src/store/log.ts";

const NOW = Date.parse("2026-11-23T10:00:00Z");

/** A log of events at these minutes before now, recorded in this order; null has no date. */
function logOf(minutes: readonly (number | null)[]): Log {
  const log = openLog(nodeSql(":memory:"), { now: NOW, random: () => 0.5 });
  for (const [index, minute] of minutes.entries()) {
    const date = minute === null ? {} : { date: new Date(NOW - minute * 60_000).toISOString() };
    log.transaction(() => log.record([{ event: `Event ${index}`, ...date }], { now: NOW }));
  }
  return log;
}

function readAll(log: Log, from: EventPlace, limit: number, maxBytes = 1e6): PlacedEvent[] {
  const all: PlacedEvent[] = [];
  for (let after = from;;) {
    const rows = log.eventsByTime(after, limit, maxBytes);
    const last = rows.at(-1);
    if (last === undefined) return all;
    assert(rows.length <= limit);
    all.push(...rows);
    after = last;
  }
}

Deno.test("eventsByTime() reads every event once in the order of time, in whichever order they came", () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(fc.integer({ min: 0, max: 50 })), { maxLength: 40 }),
      fc.integer({ min: 1, max: 7 }),
      (minutes, limit) => {
        const log = logOf(minutes);
        const all = readAll(log, BEFORE_ALL, limit);
        assertEquals(all.map(({ seq }) => seq).sort((a, b) => a - b), minutes.map((_, i) => i + 1));
        for (const [index, place] of all.entries()) {
          const complete = completeUntil(place);
          for (const { at } of all.slice(index + 1)) assert((at ?? 0) >= complete);
          assert((place.at ?? 0) < complete + SPAN_MS);
        }
      },
    ),
    { numRuns: 100 },
  );
});

Deno.test("placeAt() is before every event of its time, and after those of earlier minutes", () => {
  const log = logOf([30, 20, 10, 0, null]);
  const at = NOW - 20 * 60_000;
  const rows = readAll(log, placeAt(at), 2);
  assertEquals(rows.map(({ at }) => (NOW - (at ?? 0)) / 60_000), [20, 10, 0]);
  assertEquals(readAll(log, placeAt(0), 10).length, 5);
});

Deno.test("placeBeforeLatest() leaves as many events as asked for, or all", () => {
  const log = logOf([3, 1, 2, null, 5]);
  for (const [count, left] of [[0, 0], [2, 2], [4, 4], [5, 5], [9, 5]] as const) {
    assertEquals(readAll(log, log.placeBeforeLatest(count), 10).length, left);
  }
  const [first] = readAll(log, log.placeBeforeLatest(2), 10);
  assertEquals(first?.at, NOW - 2 * 60_000);
});

Deno.test("eventsByTime() keeps to a number of bytes, but always reads one event", () => {
  const log = logOf([]);
  const large = ["a", "b", "c"].map((name) => ({ event: name.repeat(1_000) }));
  log.transaction(() => log.record(large, { now: NOW }));
  assertEquals(log.eventsByTime(BEFORE_ALL, 10, 1).length, 1);
  assertEquals(log.eventsByTime(BEFORE_ALL, 10, 2_500).length, 2);
  assertEquals(readAll(log, BEFORE_ALL, 10, 1).length, 3);
});
