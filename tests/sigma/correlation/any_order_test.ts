import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  type CorrelationInput,
  type CorrelationStore,
  Correlator,
  MemoryStore,
  parseSigma,
  RuleSet,
} from "../../../src/sigma/mod.ts";
import { naiveCorrelate, type NaiveEvent } from "../../support/naive_correlate.ts";
import { TextStore } from "./text_store.ts";
import { runsOf } from "../../support/fuzz_settings.ts";

const RUNS = runsOf(300);

const rules = ["a", "b", "c"];
const base = rules.map((name) =>
  `title: ${name}\nname: ${name}\nlogsource: { product: test }\n` +
  `detection: { selection: { kind|contains: ${name} }, condition: selection }\n`
).join("---\n");

const thresholds = (max: number) =>
  fc.record({
    gt: fc.integer({ min: 0, max }),
    gte: fc.integer({ min: 1, max }),
    lt: fc.integer({ min: 2, max: max + 2 }),
    lte: fc.integer({ min: 1, max: max + 1 }),
    eq: fc.integer({ min: 1, max }),
    neq: fc.integer({ min: 0, max }),
  }, { requiredKeys: [] }).filter((each) => Object.keys(each).length > 0);

const bounds = (max: number) =>
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ gte: fc.integer({ min: 1, max }) }) },
    { weight: 2, arbitrary: thresholds(max) },
  );

/** A correlation with a number; it may refer to the rules and to the correlations before it. */
function correlationArbitrary(index: number): fc.Arbitrary<Record<string, unknown>> {
  const earlier = Array.from({ length: index }, (_, number) => `x${number}`);
  const someRules = fc.uniqueArray(fc.constantFrom(...rules, ...earlier, ...earlier), {
    minLength: 1,
    maxLength: 3,
  });
  const groupBy = fc.constantFrom(["user"], ["user"], ["user"], [], ["user", "host"]);
  const expression = fc.constantFrom(
    "R and S",
    "R or S",
    "R and not S",
    "R and (S or T)",
    "(R or S) and T",
    "R and not (S or T)",
    "R and S and not T",
  );
  const condition: fc.Arbitrary<{ type: string; condition?: unknown }> = fc.oneof(
    bounds(4).map((condition) => ({ type: "event_count", condition })),
    bounds(3).map((condition) => ({
      type: "value_count",
      condition: { ...condition, field: "value" },
    })),
    bounds(3).map((condition) => ({
      type: "value_count",
      condition: { ...condition, field: ["value", "host"] },
    })),
    fc.constantFrom("temporal", "temporal_ordered").map((type) => ({ type })),
    fc.tuple(fc.constantFrom("temporal", "temporal_ordered"), bounds(3))
      .map(([type, condition]) => ({ type, condition })),
    fc.tuple(fc.constantFrom("temporal", "temporal_ordered"), expression)
      .map(([type, condition]) => ({ type, condition })),
    fc.tuple(fc.constantFrom("value_sum", "value_avg", "value_median"), bounds(12))
      .map(([type, condition]) => ({ type, condition: { ...condition, field: "value" } })),
    fc.tuple(fc.constantFrom(0, 25, 90, 100), bounds(5)).map(([percentile, condition]) => ({
      type: "value_percentile",
      condition: { ...condition, field: "value", percentile },
    })),
  );
  return fc.record({
    condition,
    rules: someRules,
    groupBy,
    timespan: fc.integer({ min: 1, max: 9 }),
    again: fc.boolean(),
  }).map(({ condition: { type, ...rest }, rules: chosen, groupBy, timespan, again }) => {
    const fields: Record<string, unknown> = { ...rest };
    let used = chosen;
    if (typeof rest.condition === "string") {
      const [r, s, t] = [chosen[0]!, chosen[1] ?? chosen[0]!, chosen[2] ?? chosen[0]!];
      fields.condition = rest.condition.replace(/R/g, r).replace(/S/g, s).replace(/T/g, t);
      used = [...new Set((fields.condition as string).match(/\b(?!and|or|not)\w+/g))];
    } else if (type === "temporal_ordered" && !("condition" in rest) && again) {
      used = [...chosen, chosen[0]!];
    }
    return {
      title: `x${index}`,
      name: `x${index}`,
      correlation: { type, rules: used, "group-by": groupBy, timespan: `${timespan}s`, ...fields },
    };
  });
}

const correlationsArbitrary = fc.integer({ min: 1, max: 4 }).chain((count) =>
  fc.tuple(...Array.from({ length: count }, (_, index) => correlationArbitrary(index)))
);

const eventsArbitrary = fc.array(
  fc.record({
    time: fc.integer({ min: 0, max: 40 }).map((seconds) => 1_764_000_000_000 + seconds * 1_000),
    kind: fc.constantFrom("a", "a", "b", "c", "ab"),
    user: fc.constantFrom("u", "u", "u", "v", undefined),
    host: fc.constantFrom("h", "h", "i"),
    value: fc.constantFrom(1, 2, 3, 5, -4, "2", "x", undefined),
    delay: fc.integer({ min: 0, max: 12 }),
    again: fc.option(fc.integer({ min: 0, max: 60 }), { freq: 4 }),
  }),
  { minLength: 1, maxLength: 25 },
);

function load(documents: readonly Record<string, unknown>[]) {
  const text = base + documents.map((each) => `---\n${JSON.stringify(each)}\n`).join("");
  const { rules, correlations } = parseSigma(text);
  const problems: string[] = [];
  const correlator = new Correlator(correlations, rules, {
    onProblem: ({ message }) => problems.push(message),
  });
  return { ruleSet: new RuleSet(rules, { baseRules: true }), correlator };
}

Deno.test(`Correlator finds what a naive evaluation finds, in any order, batching and restarts (${RUNS} cases)`, () => {
  let compared = 0;
  fc.assert(
    fc.property(
      correlationsArbitrary,
      eventsArbitrary,
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 30, maxLength: 30 }),
      fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 60, maxLength: 60 }),
      fc.boolean(),
      (documents, drawn, batches, behind, asText) => {
        const { ruleSet, correlator } = load(
          documents.map((each) => ({
            ...each,
            correlation: { ...each.correlation as object, generate: true },
          })),
        );
        if (correlator.correlations.length === 0) return;
        const events = drawn.map(({ kind, user, host, value, ...rest }, index) => ({
          ...rest,
          id: `e${(index * 7) % drawn.length}.${index}`,
          event: {
            kind,
            host,
            ...(user ? { user } : {}),
            ...(value === undefined ? {} : { value }),
          },
        }));
        const naive: NaiveEvent[] = events.map(({ id, time, event }) => ({
          id,
          time,
          fields: event,
          rules: ruleSet.match(event).map(({ rule }) => rule.name!),
        }));
        const expected = naiveCorrelate(correlator.correlations, naive);

        // Arrival: each event after a delay, some of them twice.
        const arrivals = events.flatMap((each) => {
          const once = { ...each, at: each.time + each.delay * 1_000, first: true };
          return each.again === null
            ? [once]
            : [once, { ...once, at: once.at + each.again * 1_000, first: false }];
        }).sort((a, b) => a.at - b.at);
        const store: CorrelationStore = asText ? new TextStore() : new MemoryStore();
        const found = new Map(
          correlator.correlations.map(({ name }) => [name!, new Set<string>()]),
        );
        const note = (inputs: CorrelationInput[], watermark: number) => {
          for (
            const { id, document: correlation } of correlator.correlate(store, inputs, watermark)
              .results
          ) {
            found.get(correlation.name!)!.add(id);
          }
        };
        for (let at = 0, batch = 0; at < arrivals.length; batch++) {
          const size = batches[batch % batches.length]!;
          const inputs: CorrelationInput[] = [];
          for (const { event, time, id } of arrivals.slice(at, at + size)) {
            correlator.collect({ event, time, id }, ruleSet.match(event), inputs);
          }
          at += size;
          const coming = arrivals.slice(at).filter(({ first }) => first).map(({ time }) => time);
          const complete = Math.min(...coming, 1_764_000_060_000) - 1;
          note(inputs, complete - behind[batch % behind.length]! * 1_000);
        }
        note([], Infinity);
        assertEquals(found, expected);
        compared += [...expected.values()].reduce((sum, { size }) => sum + size, 0);
      },
    ),
    { numRuns: RUNS },
  );
  if (RUNS >= 100) assertEquals(compared > RUNS / 2, true, String(compared));
});
