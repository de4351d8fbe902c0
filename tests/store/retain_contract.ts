import { assert, assertEquals } from "@std/assert";
import { addAlert, DAY, event, open, type Promised, record } from "./promised.ts";

/** What the log promises about removing rows. */
export const RETAIN_CONTRACT: readonly Promised[] = [
  {
    name: "retain() removes what is too old, and none of it is recorded again",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      record(log, [event(1), event(2)], now);
      record(log, [event(3), event(4)], now + DAY);
      const limits = { now: now + 3 * DAY, maxAgeMs: 2.5 * DAY, maxBytes: Infinity, step: 100 };
      assertEquals(log.transaction(() => log.retain(limits)).events, 2);
      assertEquals(log.head().oldest, 3);
      const again = record(log, [event(1), event(2), event(3), event(5)], now + 3 * DAY);
      assertEquals([again.expired, again.duplicates, again.recorded.length], [2, 1, 1]);
    },
  },
  {
    name: "retain() removes an invalid item, which does not count as new when it is read again",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      const keep = (at: number) =>
        log.transaction(() => log.keepInvalid([{ value: { date: 7 }, issues: [] }], at)).length;
      const retain = (at: number) =>
        log.transaction(() => log.retain({ now: at, maxAgeMs: DAY, maxBytes: Infinity, step: 9 }));
      assertEquals([keep(now), retain(now + 2 * DAY).invalid], [1, 1]);
      assertEquals([keep(now + 2 * DAY), log.counts().invalid], [0, 0]);
      retain(now + 200 * DAY);
      assertEquals(keep(now + 200 * DAY), 1);
    },
  },
  {
    name: "retain() never reuses a seq, even after removing everything",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      record(log, [event(1), event(2)], now);
      log.transaction(() =>
        log.retain({ now: now + 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 })
      );
      const { oldest, newest } = log.head();
      assertEquals([oldest, newest], [3, 2]);
      assertEquals(record(log, [event(3)], now).recorded[0]!.seq, 3);
    },
  },
  {
    name: "retain() is not misled by an event in the far future",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      record(log, [{ ...event(1), date: "2999-01-01T00:00:00Z" }], now);
      log.transaction(() =>
        log.retain({ now: now + 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 })
      );
      const later = { ...event(1), date: new Date(now + DAY).toISOString() };
      assertEquals(record(log, [later], now + 9 * DAY).recorded.length, 1);
    },
  },
  {
    name: "retain() keeps out an event that a clock which was behind has recorded before its date",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      const early = { ...event(1), date: new Date(now + 120_000).toISOString() };
      record(log, [early], now);
      log.transaction(() =>
        log.retain({ now: now + 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 })
      );
      assertEquals(record(log, [early], now + 9 * DAY).expired, 1);
    },
  },
  {
    name:
      "retain() is not blocked by rows that a clock which was ahead has recorded, nor by their dates",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      const dated = (days: number) => ({
        ...event(1),
        date: new Date(now + days * DAY).toISOString(),
      });
      record(log, [dated(0)], now);
      record(log, [dated(100)], now + 365 * DAY); // both lie in the future, and neither is true
      record(log, [dated(1)], now + DAY);
      record(log, [dated(2)], now + 365 * DAY);
      record(log, [dated(8)], now + 8 * DAY);
      const limits = { now: now + 9 * DAY, maxAgeMs: 5 * DAY, maxBytes: Infinity, step: 100 };
      assertEquals(log.transaction(() => log.retain(limits)).events, 3);
      assertEquals(record(log, [dated(1), dated(2), dated(3)], now + 9 * DAY).recorded.length, 1);
    },
  },
  {
    name: "retain() enforces the maximum size, in bounded steps",
    check(sql) {
      const log = open(sql);
      const before = sql.bytes();
      const many = Array.from({ length: 3_000 }, (_, n) => event(n, { user: "x".repeat(500) + n }));
      record(log, many);
      const limits = { now: 2, maxAgeMs: Infinity, maxBytes: before + 500_000, step: 200 };
      let steps = 0;
      while (log.transaction(() => log.retain(limits)).more) assert(++steps < 50);
      assert(steps > 5);
      assert(sql.bytes() <= limits.maxBytes);
      const { oldest, newest } = log.head();
      assert(oldest > 1_000 && oldest < newest);
    },
  },
  {
    name: "retain() keeps an alert with a message in the queue",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"]);
      addAlert(log, "b", []);
      const limits = { now: 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 };
      assertEquals(log.transaction(() => log.retain(limits)).alerts, 0);
      const [message] = log.deliveries({ limit: 1 });
      log.saveMessage(message!, { ...message!, state: "delivered", dueAt: null }, 2);
      assertEquals(log.transaction(() => log.retain(limits)).alerts, 2);
      assertEquals([log.deliveries({ limit: 5 }), log.alertsHead().oldest], [[], 3]);
    },
  },
];
