import { assertEquals } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";

const START = Date.UTC(2026, 10, 22, 10);

/** One event per second, more than may lie between the events of a small page. */
function events(from: number, to: number): UserEvent[] {
  return Array.from({ length: to - from }, (_, index) => ({
    event: "Login failed.",
    date: new Date(START + (from + index) % 100 * 1_000).toISOString(),
    user: `user ${from + index}`,
  }));
}

Deno.test("record() finds known events among many more of the same minutes", () => {
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const record = (page: UserEvent[]) => log.transaction(() => log.record(page, { now: 1 }));
  assertEquals(record(events(0, 3_000)).recorded.length, 3_000);
  const { recorded, duplicates } = record([...events(1_000, 1_003), ...events(5_000, 5_001)]);
  assertEquals([recorded.length, duplicates], [1, 3]);
});

Deno.test("record() finds known events next to an event without a date", () => {
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const record = (page: UserEvent[]) => log.transaction(() => log.record(page, { now: 1 }));
  const page = [...events(0, 5), { event: "Logout." }, { event: "Logout.", date: "yesterday" }];
  assertEquals(record(page).recorded.length, 7);
  assertEquals(record(page).duplicates, 7);
  assertEquals(
    record([...page, { event: "Logout." }]).recorded.map(({ occurrence }) => occurrence),
    [2],
  );
});

Deno.test("record() finds known events on a page that spans many years", () => {
  using sql = nodeSql(":memory:");
  const log = openLog(sql, { now: 0, random: () => 0.5 });
  const record = (page: UserEvent[]) => log.transaction(() => log.record(page, { now: 1 }));
  record(events(0, 1_000));
  const page = ["1969-07-20T20:17:00Z", "2300-01-01T00:00:00Z", "2026-11-22T10:00:00Z"]
    .map((date) => ({ event: "Test created.", date }));
  assertEquals(record(page).recorded.length, 3);
  assertEquals(record([...page, ...events(0, 2)]).duplicates, 5);
});
