import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type CorrelationInput,
  type CorrelationOutcome,
  type CorrelationStore,
  Correlator,
  encodeGroup,
  type GroupMatch,
  GroupState,
} from "../../src/sigma/engine.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import type { UsedState } from "../../src/store/log.ts";
import { MIGRATIONS } from "../../src/store/migrate.ts";
import { DAY, open, type Promised } from "./promised.ts";

const KEYS = ["one", "two"];
const USED = { stateKeys: KEYS, learnedKeys: ["one"], now: 1 };
const NOTHING: CorrelationOutcome = {
  results: [],
  tally: { late: 0, ungrouped: 0, valueless: 0, dropped: 0 },
};

/** Runs something on the state, in a transaction, and in a log that has just been opened. */
function within<T>(
  sql: Parameters<Promised["check"]>[0],
  body: (store: CorrelationStore) => T,
  used: Partial<UsedState> = {},
): { value: T; outcome: CorrelationOutcome } {
  const log = open(sql);
  let value: T;
  const outcome = log.transaction(() =>
    log.correlate({ ...USED, ...used }, (store) => {
      value = body(store);
      return NOTHING;
    })
  );
  if ("fault" in outcome) throw outcome.fault; // such as a failed assertion
  return { value: value!, outcome };
}

const read = <T>(sql: Parameters<Promised["check"]>[0], body: (store: CorrelationStore) => T) =>
  within(sql, body).value;

function groupOf(...times: number[]): GroupState {
  const state = new GroupState();
  for (const time of times) state.insert(matchAt(time), undefined, false);
  return state;
}

/** A match at a time, with the value that is counted or learned, if any. */
export function matchAt(time: number, value?: string): GroupMatch {
  return { time, duration: 0, event: `e${time}`, reference: 0, value, causes: undefined };
}

/** Makes a database as it was before the migration that has a statement with this text. */
function makeOld(sql: Parameters<Promised["check"]>[0], text: string): void {
  const before = MIGRATIONS.slice(
    0,
    MIGRATIONS.findIndex((statements) => statements.some((one) => one.includes(text))),
  );
  sql.run(`CREATE TABLE migrations (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)`);
  for (const [index, statements] of before.entries()) {
    for (const statement of statements) sql.run(statement);
    sql.run(`INSERT INTO migrations (number, applied_at) VALUES (?, 1)`, index + 1);
  }
}

/** What the log promises about the state of correlations. */
export const CORRELATION_CONTRACT: readonly Promised[] = [
  {
    name: "correlate() keeps groups, their number and the watermark",
    check(sql) {
      read(sql, (store) => {
        assertEquals([store.watermark, store.matches, store.groups("one")], [-Infinity, 0, 0]);
        const state = groupOf(1, 2);
        state.fired = [0];
        store.save("one", "Ana", state, 12);
        store.save("two", "Ana", groupOf(5), 15);
        assertEquals(store.load("one", "Ana"), state);
        store.watermark = 7;
      });
      read(sql, (store) => {
        assertEquals([store.watermark, store.matches], [7, 3]);
        assertEquals(KEYS.map((key) => store.groups(key)), [1, 1]);
        const state = store.load("one", "Ana")!;
        assertEquals([state.times, state.events, state.fired], [[1, 2], ["e1", "e2"], [0]]);
        assertEquals(store.load("one", "Ben"), undefined);
        state.insert(matchAt(9), undefined, false);
        store.save("one", "Ana", state, 19);
        assertEquals([store.matches, store.groups("one")], [4, 1]);
      });
      read(sql, (store) => {
        assertEquals(store.matches, 4);
        store.delete("one", "Ana");
        store.delete("one", "Ana");
        assertEquals([store.matches, store.groups("one"), store.load("one", "Ana")], [
          1,
          0,
          undefined,
        ]);
      });
      assertEquals(read(sql, (store) => [store.matches, store.groups("one")]), [1, 0]);
    },
  },
  {
    name: "correlate() goes on with the groups of a log that an earlier version has written",
    check(sql) {
      const { rules, correlations } = parseSigma(`
title: Failed login
name: failed
logsource: { product: thousandeyes }
detection: { selection: { event: Login failed. }, condition: selection }
---
title: Burst
correlation:
  { type: event_count, rules: failed, group-by: user, timespan: 1s, condition: { gte: 3 } }
---
title: Few
correlation:
  { type: event_count, rules: failed, group-by: user, timespan: 1s, condition: { lt: 2 } }
`);
      const correlator = new Correlator(correlations, rules);
      const { stateKeys } = correlator;
      makeOld(sql, "RENAME TO old_groups");
      const groups = [["Ana", groupOf(5_000, 5_100)], ["Ben", groupOf(3_000)]] as const;
      for (const [index, key] of stateKeys.entries()) {
        sql.run(
          `INSERT INTO correlations (number, key, groups, matches) VALUES (?, ?, 2, 3)`,
          index + 1,
          key,
        );
        for (const [group, state] of groups) {
          sql.run(
            `INSERT INTO correlation_groups (correlation, "group", due, size, state)
              VALUES (?, ?, ?, ?, ?)`,
            index + 1,
            group,
            state.times.at(-1)! + 1_000,
            state.size,
            encodeGroup(state),
          );
        }
      }
      sql.run(`INSERT INTO meta (name, value) VALUES ('correlated_to', 3500)`);
      const correlate = (watermark: number, ...times: number[]) =>
        within(sql, (store) => {
          const inputs: CorrelationInput[] = [];
          for (const time of times) {
            const occurrence = { event: { user: "Ana" }, time, id: `e${time}` };
            correlator.collect(occurrence, [{ rule: rules[0]! }], inputs);
          }
          return [
            correlator.correlate(store, inputs, watermark).results.map((
              { document, group, events },
            ) => [document.title, group[0]?.value, events]),
            stateKeys.map((key) => store.groups(key)),
            store.matches,
          ];
        }, { stateKeys, learnedKeys: [] }).value;
      assertEquals(correlate(3_600, 5_200), [
        [["Burst", "Ana", ["e5000", "e5100", "e5200"]]],
        [2, 2],
        8,
      ]);
      assertEquals(correlate(4_000), [[["Few", "Ben", ["e3000"]]], [1, 2], 6]);
      assertEquals(correlate(20_000), [[], [0, 0], 0]);
      assertEquals(sql.all(`SELECT COUNT(*) AS groups FROM correlation_groups`), [{ groups: 0 }]);
    },
  },
  {
    name: "correlate() finds what is due, written or not, and evicts what is due first",
    check(sql) {
      read(sql, (store) => {
        for (const n of [3, 1, 2]) store.save("one", `g${n}`, groupOf(n), n * 10);
        store.save("two", "g", groupOf(1, 2), 5);
      });
      read(sql, (store) => {
        const moved = store.load("one", "g1")!;
        store.save("one", "g1", moved, 40);
        store.save("one", "g4", groupOf(4), 4);
        assertEquals([...store.due("one", 20)].sort(), ["g2", "g4"]);
        assertEquals([...store.due("one", 3)], []);
        assertEquals(store.evictGroups("one", 1), 1); // g4
        assertEquals(store.load("one", "g4"), undefined);
        assertEquals(store.evictMatches(1), 2); // of the other correlation
        assertEquals([store.matches, store.groups("one"), store.groups("two")], [3, 3, 0]);
        assertEquals(store.evictGroups("two", 1), 0);
      });
      read(sql, (store) => {
        assertEquals([...store.due("one", 19)], []);
        store.save("one", "g5", groupOf(5), 15);
        assertEquals([...store.due("one", 19)], ["g5"]);
        store.delete("one", "g5");
        assertEquals([...store.due("one", 19)], []);
      });
      assertEquals(read(sql, (store) => [...store.due("one", 100)]), ["g2", "g3", "g1"]);
    },
  },
  {
    name:
      "correlate() reads announced groups together, and deletes what has expired, written or not",
    check(sql) {
      const names = Array.from({ length: 150 }, (_, n) => `g${n}`);
      read(sql, (store) => {
        for (const [n, name] of names.entries()) store.save("one", name, groupOf(n, n + 1), n);
        store.save("two", "g0", groupOf(1), 1);
      });
      read(sql, (store) => {
        for (const name of [...names, "another"]) store.prepare("one", name);
        store.prepare("two", "g0");
        store.prepare("unknown", "g0");
        assertEquals(
          names.map((name) => store.load("one", name)?.times[0]),
          names.map((_, n) => n),
        );
        assertEquals(store.load("one", "another"), undefined);
        assertEquals(store.load("two", "g0")?.times, [1]);
        const later = store.load("one", "g7")!;
        later.insert(matchAt(500), undefined, false);
        store.save("one", "g7", later, 600);
        store.save("one", "new", groupOf(3), 3);
        store.expire("one", 99);
        assertEquals([store.groups("one"), store.matches], [51, 104]);
        assertEquals(store.load("one", "g99"), undefined);
        assertEquals(store.load("one", "new"), undefined);
        assertEquals(store.load("one", "g7")?.times, [7, 8, 500]);
      });
      read(sql, (store) => {
        assertEquals([store.groups("one"), store.groups("two"), store.matches], [51, 1, 104]);
        assertEquals(store.load("one", "g7")?.times, [7, 8, 500]);
        assertEquals(store.load("one", "g100")?.times, [100, 101]);
        assertEquals([...store.due("one", 101)].sort(), ["g100", "g101"]);
      });
    },
  },
  {
    name: "correlate() keeps what was learned while it is not in force, and forgets it in 30 days",
    check(sql) {
      const held = (store: CorrelationStore) => [
        store.load("one", "Ana")?.times,
        store.groups("one"),
        store.groups("two"),
        store.matches,
      ];
      const NONE = { stateKeys: [], learnedKeys: [] };
      read(sql, (store) => KEYS.forEach((key) => store.save(key, "Ana", groupOf(1), 99 * DAY)));
      within(sql, () => {}, { ...NONE, now: DAY });
      within(sql, () => {}, { ...NONE, now: 31 * DAY - 1 });
      assertEquals(within(sql, held, { stateKeys: ["one"], now: 31 * DAY - 1 }).value, [
        [1],
        1,
        1,
        2,
      ]);
      within(sql, () => {}, { ...NONE, now: 32 * DAY });
      // Since it was in force, the 30 days have begun again; those of the other one are over.
      assertEquals(within(sql, held, { ...NONE, now: 33 * DAY }).value, [[1], 1, 0, 1]);
      within(sql, () => {}, { ...NONE, now: 62 * DAY });
      assertEquals(within(sql, held, { now: 62 * DAY }).value, [undefined, 0, 0, 0]);
    },
  },
  {
    name:
      "correlate() starts anew, back in force, what was due meanwhile, and all that nobody counted",
    check(sql) {
      read(sql, (store) => {
        for (const key of KEYS) {
          store.save(key, "soon", groupOf(1, 2), 9);
          store.save(key, "later", groupOf(1, 2, 3), 99);
        }
      });
      within(sql, () => {}, { stateKeys: [], learnedKeys: [], now: 5 });
      const log = open(sql);
      const broken = log.transaction(() =>
        log.correlate({ ...USED, now: 20 }, () => {
          throw new TypeError("broken");
        })
      );
      assert(broken.fault instanceof TypeError);
      for (const now of [21, 22]) {
        const { value } = within(sql, (store) => [
          KEYS.map((key) => ["soon", "later"].map((group) => store.load(key, group)?.times)),
          KEYS.map((key) => store.groups(key)),
          store.matches,
        ], { now });
        assertEquals(value, [[[undefined, [1, 2, 3]], [undefined, undefined]], [1, 0], 3]);
      }
    },
  },
  {
    name: "correlate() evicts first what is not in force",
    check(sql) {
      read(sql, (store) => {
        store.save("one", "Ana", groupOf(1), 1);
        store.save("two", "Ana", groupOf(1, 2), 9);
      });
      const evict = (store: CorrelationStore) => [1, 2, 3].map(() => store.evictMatches(1));
      assertEquals(within(sql, evict, { stateKeys: ["one"] }).value, [2, 1, 0]);
    },
  },
  {
    name: "correlate() leaves no trace of an evaluation that fails",
    check(sql) {
      read(sql, (store) => {
        store.save("one", "Ana", groupOf(1), 9);
        store.save("one", "Ben", groupOf(1, 2), 3);
      });
      const log = open(sql);
      log.transaction(() => {
        const { results, fault } = log.correlate(USED, (store) => {
          store.expire("one", 5);
          assertEquals(store.groups("one"), 1);
          store.save("one", "Ana", groupOf(1, 2), 9);
          store.delete("one", "Ana");
          store.watermark = 5;
          throw new TypeError("broken");
        });
        assertEquals(results, []);
        assert(fault instanceof TypeError);
      });
      read(sql, (store) => {
        assertEquals([store.watermark, store.groups("one"), store.matches], [-Infinity, 2, 3]);
        assertEquals(store.load("one", "Ana")?.times, [1]);
        assertEquals(store.load("one", "Ben")?.times, [1, 2]);
      });
    },
  },
  {
    name: "correlate() throws what the database throws, so that nothing is recorded without it",
    check(sql) {
      read(sql, (store) => store.save("one", "Ana", groupOf(1), 9));
      let isBroken = false;
      const breaking = {
        ...sql,
        all: (text: string, ...values: Parameters<typeof sql.all>[1][]) => {
          if (isBroken) throw new Error("disk I/O error");
          return sql.all(text, ...values);
        },
        run: (text: string, ...values: Parameters<typeof sql.run>[1][]) => sql.run(text, ...values),
        bytes: () => sql.bytes(),
        transaction: <T>(body: () => T) => sql.transaction(body),
      } as typeof sql;
      const log = open(breaking);
      assertThrows(
        () =>
          log.transaction(() =>
            log.correlate(USED, (store) => {
              isBroken = true;
              store.load("one", "Ana");
              return NOTHING;
            })
          ),
        Error,
        "disk I/O error",
      );
    },
  },
  {
    name: "correlate() drops the oldest matches of a group that a row cannot hold, and counts them",
    check(sql) {
      const { outcome } = within(sql, (store) => {
        const state = new GroupState();
        for (let time = 0; time < 3_000; time++) {
          state.insert(matchAt(time, "\u0001".repeat(256)), { values: [] }, false);
        }
        store.save("one", "Ana", state, 9_000);
      });
      const [times, matches] = read(sql, (store) => [
        store.load("one", "Ana")!.times,
        store.matches,
      ]);
      assert(times.length > 500 && times.at(-1) === 2_999);
      assertEquals([outcome.tally.dropped, matches], [3_000 - times.length, times.length]);
    },
  },
];
