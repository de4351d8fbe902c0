import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nodeSql } from "../../src/server/node_sql.ts";
import { GroupState, newTally } from "../../src/sigma/engine.ts";
import { runsOf } from "../support/fuzz_settings.ts";
import { matchAt } from "./correlation_contract.ts";
import { open } from "./promised.ts";

const KEYS = ["decides", "expires"];
const USED = { stateKeys: KEYS, learnedKeys: [], now: 1 };

const BROKEN = new Error("the evaluation has failed");

/** When groups are due, by their names, and how many matches each holds. */
type Model = Map<string, { due: number; size: number }>;

const step = fc.record({
  kind: fc.constantFrom("save", "save", "save", "delete", "settle", "evict", "load"),
  key: fc.constantFrom(...KEYS),
  group: fc.constantFrom("a", "b", "c", "d", "e"),
  number: fc.integer({ min: 1, max: 20 }),
});
const transaction = fc.record({ steps: fc.array(step, { maxLength: 8 }), fails: fc.boolean() });

Deno.test("correlate() keeps, counts, finds and drops what a map of groups would", () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 12 }), (transactions) => {
      using sql = nodeSql(":memory:");
      const log = open(sql);
      let kept = new Map(KEYS.map((key): [string, Model] => [key, new Map()]));
      let watermark = 0;
      for (const { steps, fails } of transactions) {
        const now = new Map([...kept].map(([key, model]) => [key, new Map(model)]));
        const mayFail = fails && steps.every(({ kind }) => kind !== "evict");
        const { fault } = log.transaction(() =>
          log.correlate(USED, (store) => {
            for (const { kind, key, group, number } of steps) {
              const model = now.get(key)!;
              if (kind === "save") {
                const state = store.load(key, group) ?? new GroupState();
                state.insert(matchAt(number), undefined, false);
                // What has been decided up to the watermark is not due again.
                const due = watermark + number;
                store.save(key, group, state, due);
                model.set(group, { due, size: state.size });
              } else if (kind === "delete") {
                store.delete(key, group);
                model.delete(group);
              } else if (kind === "evict") {
                const first = [...model].sort(([a, one], [b, other]) =>
                  one.due - other.due || (a < b ? -1 : 1)
                ).slice(0, 2);
                const held = first.reduce((sum, [, { size }]) => sum + size, 0);
                assertEquals(store.evictGroups(key, 2), held);
                for (const [name] of first) model.delete(name);
              } else if (kind === "settle") {
                watermark += number >> 2;
                const due = [...model].filter((entry) => entry[1].due <= watermark);
                const names = due.map(([name]) => name);
                if (key === "expires") store.expire(key, watermark);
                else {
                  assertEquals([...store.due(key, watermark)].sort(), names.sort());
                  for (const name of names) store.delete(key, name);
                }
                for (const name of names) model.delete(name);
              } else {
                assertEquals(store.load(key, group)?.size, model.get(group)?.size);
              }
              assertEquals(store.groups(key), model.size);
              assertEquals(store.matches, matchesIn(now));
            }
            if (mayFail) throw BROKEN;
            return { results: [], tally: newTally() };
          })
        );
        if (fault !== undefined && fault !== BROKEN) throw fault; // such as a failed assertion
        if (!mayFail) kept = now;
        assertEquals(
          sql.all(
            `SELECT key, "group", due, size FROM correlation_groups
              JOIN correlations ON number = correlation ORDER BY key, "group"`,
          ).map((row) => ({ ...row })),
          [...kept].flatMap(([key, model]) =>
            [...model].sort(([a], [b]) => (a < b ? -1 : 1)).map(([group, one]) => ({
              key,
              group,
              ...one,
            }))
          ),
        );
      }
    }),
    { numRuns: runsOf(200) },
  );
});

function matchesIn(models: ReadonlyMap<string, Model>): number {
  return [...models.values()].flatMap((model) => [...model.values()])
    .reduce((sum, { size }) => sum + size, 0);
}
