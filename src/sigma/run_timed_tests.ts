import type { Correlator } from "./correlation/correlator.ts";
import { MemoryStore } from "./correlation/memory_store.ts";
import { parseTimespan } from "./correlation/timespan.ts";
import type { CorrelationInput } from "./correlation/tracker.ts";
import type { RuleSet } from "./rule_set.ts";
import { type InlineTestOptions, type InlineTestResult, listsOf } from "./inline_test.ts";
import type { JsonValue, LogSource, SigmaCorrelation, SigmaRule } from "./sigma_rule.ts";

/** The keys of a timed event in a test. */
const TIMED_EVENT_KEYS: readonly string[] = ["at", "event", "repeat", "every", "logsource"];

/** The most events of a test. */
const MAX_EVENTS = 100_000;

/** When a test starts: at midnight, so that timespans up to a day start with it. */
const START = Date.UTC(2026, 0, 1);

/**
 * Runs the cases of a correlation, or of a rule that looks back.
 *
 * A case has a `name`, `match`, and `events`: a list of `{ at, event }`, where `at` is the time
 * since the start of the test, such as `90s`. With `repeat: 5` and `every: 1m`, an event stands for
 * five. `match` is true if there must be a result, false if none, or how many. The events come in
 * the order written, one at a time. In the end, everything is known: up to `until`, if the test has
 * one; otherwise whatever is still open is decided, except that silence goes on.
 *
 * @param document What is tested, with its custom field `tests`.
 * @param correlator Has it, and all that it refers to.
 * @param ruleSetOf Makes the set of its rules, with the value lists that a test has for itself.
 * @param toEvent Prepares events.
 * @returns One result for each test, in order; none if there are no tests.
 */
export function runTimedTests(
  document: SigmaCorrelation | SigmaRule,
  correlator: Correlator,
  ruleSetOf: (lists: InlineTestOptions["placeholders"]) => RuleSet,
  toEvent: (event: unknown) => unknown,
): InlineTestResult[] {
  const { tests } = document.custom;
  if (tests === undefined || tests === null) return [];
  const shared = ruleSetOf({});
  return [tests].flat().map((test, index) => {
    const name = isMap(test) && typeof test.name === "string" ? test.name : `test ${index + 1}`;
    const read = readTest(test);
    if (typeof read === "string") return { name, passed: false, message: read, events: [] };
    const ruleSet = Object.keys(read.lists).length === 0 ? shared : ruleSetOf(read.lists);
    const store = new MemoryStore();
    let found = 0;
    const take = (inputs: CorrelationInput[], watermark: number) => {
      for (const result of correlator.correlate(store, inputs, watermark).results) {
        if (result.document === document) found++;
      }
    };
    take([], START);
    for (const [number, { event, time, logsource }] of read.events.entries()) {
      const inputs: CorrelationInput[] = [];
      const prepared = toEvent(event);
      const matches = ruleSet.match(prepared, logsource);
      correlator.collect({ event: prepared, time, id: String(number) }, matches, inputs);
      take(inputs, START);
    }
    take([], read.end);
    return { name, ...judge(found, read.match) };
  });
}

/** A case that has been read. */
interface TimedTest {
  match: boolean | number;
  events: { event: JsonValue; time: number; logsource: LogSource | undefined }[];
  /** Value lists for this case alone. */
  lists: Readonly<Record<string, readonly string[]>>;
  /** Up to when everything is known in the end. */
  end: number;
}

/** Reads a test, or says what is wrong with it. */
function readTest(test: JsonValue): TimedTest | string {
  if (!isMap(test)) return "A test must be a map with name, match and events";
  const { match, events, until, placeholders } = test;
  const isCount = typeof match === "number" && Number.isInteger(match) && match >= 0;
  if (typeof match !== "boolean" && !isCount) {
    return "A test requires 'match: true', 'match: false', or the number of results";
  }
  if (!Array.isArray(events) || events.length === 0) {
    return "This test requires 'events', a list of maps with at and event";
  }
  const end = until === undefined ? Infinity : secondsOf(until);
  if (end === undefined) return "'until' must be a time since the start, such as 25h";
  const lists = listsOf(placeholders);
  if (typeof lists === "string") return lists;
  const read: TimedTest["events"] = [];
  for (const [index, timed] of events.entries()) {
    const problem = isMap(timed) ? readTimed(timed, read) : "it must be a map with at and event";
    if (problem) return `Event ${index + 1} of the test: ${problem}`;
  }
  return { match, events: read, lists, end: START + end * 1_000 };
}

function readTimed(
  timed: { [key: string]: JsonValue },
  into: TimedTest["events"],
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
    ? `Expected a result, found none`
    : `Expected no result, found ${found}`;
  return { passed, message, events: [] };
}

function isTexts(value: JsonValue): value is Record<string, string> {
  return isMap(value) && Object.values(value).every((each) => typeof each === "string");
}

function isMap(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
