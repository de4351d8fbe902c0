import { assertEquals } from "@std/assert";
import { toAlert } from "../../src/alert/to_alert.ts";
import { BEFORE_ALL, placeAt } from "../../src/store/events_by_time.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { Sql } from "../../src/store/sql.ts";
import type { Promised } from "./promised.ts";

/** Two bytes each, so that bytes and characters differ. */
const LENGTHS = [100, 100, 5_000, 100, 100];
const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);

function filled(sql: Sql) {
  const log = openLog(sql, { now: 1, random: () => 0.5 });
  const texts = LENGTHS.map((length) => "ä".repeat(length));
  const event = {};
  log.transaction(() => {
    log.record(
      texts.map((user, index) => ({ user, date: new Date(index * 1_000).toISOString() })),
      { now: 1 },
    );
    log.keepInvalid(texts.map((value, index) => ({ value: [index, value], issues: [] })), 1);
    log.addAlerts(
      texts.map((title, index) => ({
        alert: toAlert({ id: "rule", title }, event, { identity: `${index}`, occurrence: 1 }),
        eventSeq: null,
        at: null,
      })),
      1,
    );
  });
  return log;
}

/** What the log promises about reading many rows. */
export const READ_CONTRACT: readonly Promised[] = [
  ...(["eventsAfter", "alertsAfter", "invalidEvents"] as const).map((read): Promised => ({
    name: `${read}() reads no more bytes than allowed, but always one row`,
    check(sql) {
      const log = filled(sql);
      assertEquals(seqs(log[read](0, 10)), [1, 2, 3, 4, 5]);
      assertEquals(seqs(log[read](0, 10, 1_500)), [1, 2]);
      assertEquals(seqs(log[read](2, 10, 1_500)), [3]);
      assertEquals(seqs(log[read](3, 10, 1_500)), [4, 5]);
      assertEquals(seqs(log[read](3, 1, 1_500)), [4]);
      assertEquals(seqs(log[read](5, 10, 0)), []);
    },
  })),
  {
    name: "eventsByTime() reads by the minute, from any place on, and no more bytes than allowed",
    check(sql) {
      const log = openLog(sql, { now: 1, random: () => 0.5 });
      for (const minute of [30, 10, 20]) {
        const date = new Date(Date.UTC(2026, 10, 22, 10, minute)).toISOString();
        log.transaction(() => log.record([{ event: "ä".repeat(500), date }], { now: 1 }));
      }
      const [first] = log.eventsByTime(BEFORE_ALL, 10, 1);
      assertEquals(first?.seq, 2);
      assertEquals(seqs(log.eventsByTime(BEFORE_ALL, 10, 2_500)), [2, 3]);
      assertEquals(seqs(log.eventsByTime(first ?? BEFORE_ALL, 10, 1e6)), [3, 1]);
      const at = Date.UTC(2026, 10, 22, 10, 30);
      assertEquals(seqs(log.eventsByTime(placeAt(at), 10, 1e6)), [1]);
      assertEquals(seqs(log.eventsByTime(log.placeBeforeLatest(2), 10, 1e6)), [3, 1]);
    },
  },
  {
    name: "attempts() returns only the latest ones if asked to",
    check(sql) {
      const log = filled(sql);
      for (let number = 1; number <= 3; number++) {
        log.noteAttempt(1, {
          number,
          at: 1,
          durationMs: 1,
          kind: "retry",
          code: "answered",
          status: 500,
          excerpt: null,
        });
      }
      const numbers = (latest?: number) => log.attempts(1, latest).map(({ number }) => number);
      assertEquals([numbers(), numbers(2), numbers(1)], [[1, 2, 3], [2, 3], [3]]);
    },
  },
];
