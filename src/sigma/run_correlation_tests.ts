import { linkCorrelations, type LinkedCorrelation } from "./correlation/link_correlations.ts";
import { type CorrelationInput, Correlator } from "./correlation/correlator.ts";
import { MemoryStore } from "./correlation/memory_store.ts";
import { parseTimespan } from "./correlation/timespan.ts";
import { RuleSet } from "./source_rule_set.ts";
import type { InlineTestOptions, InlineTestResult } from "./run_inline_tests.ts";
import type { JsonValue, LogSource, SigmaCorrelation, SigmaRule } from "./sigma_rule.ts";
import { STATUSES } from "./vocabulary.ts";

/** How to run the inline tests of a correlation. */
export interface CorrelationTestOptions extends InlineTestOptions {
  /** Rules, among them those that the correlation refers to. */
  rules: readonly SigmaRule[];
  /** Correlations, among them those that it refers to. */
  correlations?: readonly SigmaCorrelation[];
}

/** The keys of a timed event in a test. */
export const TIMED_EVENT_KEYS: readonly string[] = ["at", "event", "repeat", "every", "logsource"];

/** The most events of a test. */
const MAX_EVENTS = 100_000;

/** When a test starts: at midnight, so that timespans up to a day start with it. */
const START = Date.UTC(2026, 0, 1);

/**
 * Runs the cases that a correlation carries in its custom field `tests`.
 *
 * A case has a `name`, `match`, and `events`: a list of `{ at, event }`, where `at` is the time
 * since the start of the test, such as `90s`. With `repeat: 5` and `every: 1m`, an event stands for
 * five. `match` is true if the correlation must hold at least once, false if never, or how many
 * results there must be. The events come in the order written, one at a time; in the end,
 * everything is decided that waits for further events.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 * import { runCorrelationTests } from "./run_correlation_tests.ts";
 *
 * const { rules, correlations } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * ---
 * title: Many failed logins
 * correlation:
 *   type: event_count
 *   rules: failed_login
 *   timespan: 10m
 *   condition: { gte: 5 }
 * tests:
 *   - name: five in four minutes
 *     match: true
 *     events: [{ at: 0s, repeat: 5, every: 1m, event: { event: Login failed. } }]
 * `);
 * assertEquals(runCorrelationTests(correlations[0]!, { rules }), [
 *   { name: "five in four minutes", passed: true, events: [] },
 * ]);
 * ```
 *
 * @param correlation The correlation with its tests.
 * @param options The rules it refers to, placeholders, and how events are prepared.
 * @returns One result for each test, in order; none if the correlation has no tests.
 * @throws {SigmaError} If the correlation cannot be linked, or a rule cannot be compiled.
 */
export function runCorrelationTests(
  correlation: SigmaCorrelation,
  options: CorrelationTestOptions,
): InlineTestResult[] {
  const { tests } = correlation.custom;
  if (tests === undefined || tests === null) return [];
  const { rules, correlations = [], placeholders, toEvent = (event) => event } = options;
  const parts = partsOf(correlation, rules, correlations);
  const statuses = Object.keys(STATUSES);
  const correlator = new Correlator(parts.correlations, parts.rules, { statuses });
  const ruleSet = new RuleSet(parts.rules, {
    statuses,
    baseRules: true,
    ...(placeholders === undefined ? {} : { placeholders }),
  });
  return (Array.isArray(tests) ? tests : [tests]).map((test, index) => {
    const name = isMap(test) && typeof test.name === "string" ? test.name : `test ${index + 1}`;
    const read = readTest(test);
    if (typeof read === "string") return { name, passed: false, message: read, events: [] };
    const store = new MemoryStore();
    let found = 0;
    const take = (inputs: CorrelationInput[], watermark: number) => {
      for (const result of correlator.correlate(store, inputs, watermark).results) {
        if (result.correlation === correlation) found++;
      }
    };
    for (const [number, { event, time, logsource }] of read.events.entries()) {
      const inputs: CorrelationInput[] = [];
      const prepared = toEvent(event);
      const matches = ruleSet.match(prepared, logsource);
      correlator.collect({ event: prepared, time, id: String(number) }, matches, inputs);
      take(inputs, -Infinity);
    }
    take([], Infinity);
    return { name, ...judge(found, read.match) };
  });
}

/** A correlation with everything that it refers to, directly or through others. */
function partsOf(
  correlation: SigmaCorrelation,
  rules: readonly SigmaRule[],
  correlations: readonly SigmaCorrelation[],
): { rules: SigmaRule[]; correlations: SigmaCorrelation[] } {
  const all = correlations.includes(correlation) ? correlations : [correlation, ...correlations];
  const { linked } = linkCorrelations(all, rules);
  const byDocument = new Map(linked.map((each) => [each.correlation, each]));
  const parts = { rules: new Set<SigmaRule>(), correlations: new Set([correlation]) };
  const add = ({ references }: LinkedCorrelation) => {
    for (const document of references) {
      if (document.kind === "rule") parts.rules.add(document);
      else {
        parts.correlations.add(document);
        add(byDocument.get(document)!);
      }
    }
  };
  const own = byDocument.get(correlation);
  // With a problem, the correlator reports it.
  if (!own) return { rules: [...rules], correlations: [correlation] };
  add(own);
  return { rules: [...parts.rules], correlations: [...parts.correlations] };
}

interface CorrelationTest {
  match: boolean | number;
  events: { event: JsonValue; time: number; logsource: LogSource | undefined }[];
}

/** Reads a test, or says what is wrong with it. */
function readTest(test: JsonValue): CorrelationTest | string {
  if (!isMap(test)) return "A test must be a map with name, match and events";
  const { match, events } = test;
  const isCount = typeof match === "number" && Number.isInteger(match) && match >= 0;
  if (typeof match !== "boolean" && !isCount) {
    return "A test requires 'match: true', 'match: false', or the number of results";
  }
  if (!Array.isArray(events) || events.length === 0) {
    return "A test of a correlation requires 'events', a list of maps with at and event";
  }
  const read: CorrelationTest["events"] = [];
  for (const [index, timed] of events.entries()) {
    const problem = isMap(timed) ? readTimed(timed, read) : "it must be a map with at and event";
    if (problem) return `Event ${index + 1} of the test: ${problem}`;
  }
  return { match, events: read };
}

function readTimed(
  timed: { [key: string]: JsonValue },
  into: CorrelationTest["events"],
): string | undefined {
  const { at, event, repeat = 1, every = "1s", logsource } = timed;
  const unknown = Object.keys(timed).find((key) => !TIMED_EVENT_KEYS.includes(key));
  if (unknown !== undefined) return `unknown key '${unknown}'`;
  const start = secondsOf(at);
  const step = secondsOf(every);
  if (start === undefined) return "'at' must be a time since the start, such as 90s";
  if (step === undefined) return "'every' must be a time, such as 10s";
  if (event === undefined || !isMap(event)) return "'event' must be a map";
  if (typeof repeat !== "number" || !Number.isInteger(repeat) || repeat < 1) {
    return "'repeat' must be a whole number";
  }
  if (into.length + repeat > MAX_EVENTS) return `more than ${MAX_EVENTS} events`;
  if (logsource !== undefined && !isTexts(logsource)) return "'logsource' must be a map of strings";
  for (let number = 0; number < repeat; number++) {
    into.push({ event, time: START + (start + number * step) * 1_000, logsource });
  }
  return undefined;
}

function secondsOf(text: JsonValue | undefined): number | undefined {
  if (typeof text !== "string") return undefined;
  return /^0+[smhdwMy]$/.test(text) ? 0 : parseTimespan(text);
}

function judge(found: number, expected: boolean | number): Omit<InlineTestResult, "name"> {
  const passed = typeof expected === "number" ? found === expected : found > 0 === expected;
  if (passed) return { passed, events: [] };
  const message = typeof expected === "number"
    ? `Expected ${expected} results, found ${found}`
    : expected
    ? "Expected a result, but the correlation does not hold"
    : `Expected no result, found ${found}`;
  return { passed, message, events: [] };
}

function isTexts(value: JsonValue): value is Record<string, string> {
  return isMap(value) && Object.values(value).every((each) => typeof each === "string");
}

function isMap(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
