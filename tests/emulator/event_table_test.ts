import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { EventTable } from "../../src/emulator/event_table.ts";

function add(table: EventTable, aid: string, date: number, uid?: string): number {
  return table.add({
    aid,
    accountGroupName: undefined,
    date,
    event: undefined,
    ipAddress: undefined,
    uid,
    user: undefined,
    resources: undefined,
    unknown: undefined,
    publishedAt: 0,
  });
}

Deno.test("EventTable.find() pages like a filter and a sort of all events, in both orders", () => {
  const event = fc.record({
    aid: fc.constantFrom("1", "2", "3"),
    date: fc.integer({ min: 0, max: 12 }).map((seconds) => seconds * 1000),
    uid: fc.constantFrom("7", "8"),
  });
  fc.assert(fc.property(
    fc.array(event, { maxLength: 60 }),
    fc.subarray(["1", "2", "3", "4"]),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 0, max: 13 }),
    fc.integer({ min: 1, max: 7 }),
    fc.boolean(),
    fc.option(fc.constantFrom("7", "8"), { nil: undefined }),
    (events, aids, fromSecond, length, limit, ascending, uid) => {
      const table = new EventTable();
      for (const { aid, date, uid } of events) add(table, aid, date, uid);
      const from = fromSecond * 1000;
      const to = from + length * 1000;
      const expected = events.map((event, row) => ({ ...event, row }))
        .filter((row) => aids.includes(row.aid) && row.date >= from && row.date <= to)
        .filter((row) => uid === undefined || row.uid === uid)
        .sort((a, b) => (a.date - b.date || a.row - b.row) * (ascending ? 1 : -1))
        .map(({ row }) => row);
      const found: number[] = [];
      let page: number[] = [];
      do {
        page = table.find({ aids, from, to, after: page.at(-1), ascending, limit, uid });
        found.push(...page);
      } while (page.length > 0);
      assertEquals(found, expected);
    },
  ));
});

Deno.test("EventTable grows beyond its initial size and keeps late rows in their place", () => {
  const table = new EventTable();
  for (let n = 0; n < 5000; n += 1) add(table, "1", (n % 2 ? 10_000 - n : n) * 1000);
  const query = { aids: ["1"], from: -Infinity, to: Infinity, ascending: true, uid: undefined };
  const rows = table.find({ ...query, after: undefined, limit: 6000 });
  const dates = rows.map((row) => Date.parse(String(table.read(row)["date"])));
  assertEquals(dates, dates.toSorted((a, b) => a - b));
  assertEquals(new Set(rows).size, 5000);
});
