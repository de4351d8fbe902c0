import { assertEquals } from "@std/assert";
import type { FoldedAlerts } from "../../src/alert/alert.ts";
import type { FoldEntry } from "../../src/store/fold_table.ts";
import type { Log } from "../../src/store/log.ts";
import type { SqlRow, SqlValue } from "../../src/store/sql.ts";
import { addAlert, DAY, open, type Promised } from "./promised.ts";

const HOUR = 3_600_000;
const ABOUT = {
  level: "low" as const,
  rule: { id: "r", title: "Rule" },
  group: [{ field: "user", value: "Ana" }],
};

function entry(id: string, more: Partial<FoldEntry> = {}): FoldEntry {
  return { scope: "siem", group: "g", forMs: HOUR, id, about: ABOUT, ...more };
}

function fold(log: Log, now: number, entries: readonly FoldEntry[], maxWindows = 100) {
  return log.transaction(() => log.foldAlerts(entries, now, { maxWindows }));
}

/** What the queued messages that are no alerts say. */
function told(log: Log): [endpoint: string, first: string, last: string, count: number][] {
  return log.deliveries({ limit: 100 }).reverse().flatMap(({ endpoint, webhookId }) => {
    const stored = log.foldedMessage(webhookId);
    if (stored === undefined) return [];
    const { id, first, last, count } = JSON.parse(stored.body) as FoldedAlerts;
    assertEquals(id, webhookId);
    return [[endpoint, first, last, count]];
  });
}

/** What the log promises about repeats. */
export const FOLD_CONTRACT: readonly Promised[] = [
  {
    name: "foldAlerts() lets the first of a group through, and folds others until the window ends",
    check(sql) {
      const log = open(sql);
      assertEquals(fold(log, 0, [entry("a"), entry("b")]).foldedInto, [null, "a"]);
      assertEquals(fold(log, HOUR - 1, [entry("c")]).foldedInto, ["a"]);
      assertEquals(log.foldsDueAt(), HOUR);
      assertEquals(fold(log, HOUR, [entry("d")]).foldedInto, [null]);
      assertEquals(told(log), [["siem", "a", "c", 2]]);
      assertEquals(log.foldsDueAt(), undefined); // nothing is folded into the new window
    },
  },
  {
    name: "foldAlerts() keeps groups and endpoints apart",
    check(sql) {
      const log = open(sql);
      const { foldedInto } = fold(log, 0, [
        entry("a"),
        entry("b", { group: "h" }),
        entry("c", { scope: "chat" }),
        entry("d"),
      ]);
      assertEquals(foldedInto, [null, null, null, "a"]);
    },
  },
  {
    name: "closeFolds() tells the count of each window that has ended, once, with a stable id",
    check(sql) {
      const log = open(sql);
      fold(log, 0, [entry("a"), entry("b"), entry("c", { scope: "chat" })]);
      log.transaction(() => log.closeFolds(HOUR - 1));
      assertEquals([told(log), log.counts().windows], [[], 2]);
      log.transaction(() => log.closeFolds(HOUR));
      log.transaction(() => log.closeFolds(HOUR));
      assertEquals(told(log), [["siem", "a", "b", 1]]);
      assertEquals(log.counts().windows, 0);
      const [message] = log.deliveries({ limit: 1 });
      const { recordedAt, body } = log.foldedMessage(message!.webhookId)!;
      assertEquals([recordedAt, JSON.parse(body)], [HOUR, {
        version: 1,
        id: message!.webhookId,
        level: "low",
        summary: "Rule: 1 more in 60 minutes, Ana",
        rule: ABOUT.rule,
        group: ABOUT.group,
        count: 1,
        first: "a",
        last: "b",
        from: "1970-01-01T00:00:00.000Z",
        until: "1970-01-01T01:00:00.000Z",
      }]);
    },
  },
  {
    name:
      "foldAlerts() closes the windows that end first when there are too many, and tells their counts",
    check(sql) {
      const log = open(sql);
      fold(log, 0, [entry("a"), entry("b")], 2);
      fold(log, 1, [entry("c", { group: "h" })], 2);
      const { closedEarly } = fold(log, 2, [entry("d", { group: "i" })], 2);
      assertEquals([closedEarly, log.counts().windows], [1, 2]);
      assertEquals(told(log), [["siem", "a", "b", 1]]);
    },
  },
  {
    name: "foldAlerts() closes a flood of windows early, and never reads more than 500 at a time",
    check(sql) {
      let most = 0;
      const log = open({
        all: <Row extends SqlRow>(text: string, ...values: SqlValue[]) => {
          const rows = sql.all<Row>(text, ...values);
          most = Math.max(most, rows.length);
          return rows;
        },
        run: (text, ...values) => sql.run(text, ...values),
        transaction: (body) => sql.transaction(body),
        bytes: () => sql.bytes(),
      });
      const flood = Array.from({ length: 1_100 }, (_, n) => entry(`a${n}`, { group: `g${n}` }));
      const repeats = flood.map((one) => ({ ...one, id: `${one.id} again` }));
      const { closedEarly } = fold(log, 0, [...flood, ...repeats], 10);
      assertEquals([closedEarly, log.counts().windows, most <= 500], [1_090, 10, true]);
      assertEquals(log.counts().messages, { pending: 1_090 }); // each tells its count
    },
  },
  {
    name:
      "windows that have ended make room before others are closed early, and retain() forgets them",
    check(sql) {
      const log = open(sql);
      fold(log, 0, [entry("a"), entry("b", { group: "h" })], 2);
      assertEquals(fold(log, HOUR, [entry("c", { group: "i" })], 2).closedEarly, 0);
      assertEquals([log.counts().windows, log.counts().folds], [1, 0]);
      fold(log, HOUR, [entry("d", { group: "i" })], 2);
      assertEquals([log.counts().windows, log.counts().folds], [1, 1]);
      fold(log, HOUR, [entry("e", { group: "j" })], 2);
      const limits = { now: 2 * HOUR, maxAgeMs: DAY, maxBytes: 2 ** 40, step: 100 };
      log.transaction(() => log.retain(limits));
      assertEquals([log.counts().windows, log.foldsDueAt()], [1, 2 * HOUR]); // one has to tell
    },
  },
  {
    name: "a window without an endpoint tells nothing",
    check(sql) {
      const log = open(sql);
      fold(log, 0, ["a", "b"].map((id) => ({ scope: "", group: "g", forMs: HOUR, id })));
      assertEquals(log.foldsDueAt(), undefined);
      log.transaction(() => log.closeFolds(HOUR));
      assertEquals([told(log), log.counts().windows], [[], 0]);
    },
  },
  {
    name: "followClock() brings forward windows that a clock has opened that was ahead",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"], 30 * DAY);
      fold(log, 30 * DAY, [entry("a"), entry("b")]);
      log.transaction(() => log.followClock(DAY));
      assertEquals(log.foldsDueAt(), DAY + HOUR);
      assertEquals(fold(log, DAY + 1, [entry("c")]).foldedInto, ["a"]);
    },
  },
  {
    name: "retain() removes the messages of closed windows when they are delivered and old",
    check(sql) {
      const log = open(sql);
      fold(log, 0, [entry("a"), entry("b")]);
      log.transaction(() => log.closeFolds(HOUR));
      const limits = { now: 3 * DAY, maxAgeMs: DAY, maxBytes: 2 ** 40, step: 100 };
      log.transaction(() => log.retain(limits));
      assertEquals(told(log).length, 1); // it is still to be delivered
      const [message] = log.deliveries({ limit: 1 });
      const sent = { ...message!, state: "delivered" as const, dueAt: null };
      log.transaction(() => {
        log.saveMessage(message!, sent, 3 * DAY);
        log.retain(limits);
      });
      assertEquals(log.foldedMessage(message!.webhookId), undefined);
      assertEquals(log.deliveries({ limit: 1 }), []);
    },
  },
];
