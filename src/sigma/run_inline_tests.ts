import { Correlator } from "./correlation/correlator.ts";
import { historyOf } from "./correlation/history.ts";
import { RuleSet } from "./source_rule_set.ts";
import { type InlineTestOptions, type InlineTestResult, listsOf } from "./inline_test.ts";
import { runTimedTests } from "./run_timed_tests.ts";
import type { JsonValue, SigmaRule } from "./sigma_rule.ts";

/**
 * Runs the cases that a rule carries in its custom field `tests`.
 *
 * A case has a `name`, an `event` (or a list, `events`) and `match`: true if the rule must match
 * all the events, false if none, or how many of them. `logsource` is where the events come from; by
 * default, the rule's own log source. `placeholders` are value lists for this case alone, so that
 * it holds whatever the lists beside the rule contain. For a rule that looks back, with
 * `panoptes.new_value` or `panoptes.absence`, the cases are timed, as those of a correlation.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 * import { runInlineTests } from "./run_inline_tests.ts";
 *
 * const { rules } = parseSigma(`
 * title: Failed login
 * logsource: { product: thousandeyes }
 * detection:
 *   selection:
 *     event|startswith: login failed
 *   condition: selection
 * tests:
 *   - { name: a wrong password, match: true, event: { event: Login failed. } }
 *   - { name: a logout, match: true, event: { event: Logout } }
 * `);
 * const results = runInlineTests(rules[0]!);
 * assertEquals(results.map(({ passed }) => passed), [true, false]);
 * assertEquals(results[1]!.message, "Expected a match, but the rule does not match");
 * ```
 *
 * @param rule The rule with its tests.
 * @param options Placeholders, and how events are prepared.
 * @returns One result for each test, in order; none if the rule has no tests.
 * @throws {SigmaError} If the rule cannot be compiled.
 */
export function runInlineTests(
  rule: SigmaRule,
  options: InlineTestOptions = {},
): InlineTestResult[] {
  const { tests } = rule.custom;
  if (tests === undefined || tests === null) return [];
  const { placeholders, toEvent = (event) => event } = options;
  const ruleSetWith = (placeholders: InlineTestOptions["placeholders"]) =>
    new RuleSet([rule], {
      statuses: rule.status === undefined ? [] : [rule.status], // tests are also run for deprecated rules
      baseRules: true,
      ...(placeholders === undefined ? {} : { placeholders }),
    });
  const ruleSet = ruleSetWith(placeholders);
  if (historyOf(rule) !== undefined) {
    const ruleSetOf = (lists: InlineTestOptions["placeholders"]) =>
      ruleSetWith({ ...placeholders, ...lists });
    return runTimedTests(rule, new Correlator([], [rule]), ruleSetOf, toEvent);
  }
  return (Array.isArray(tests) ? tests : [tests]).map((test, index) => {
    const name = isMap(test) && typeof test.name === "string" ? test.name : `test ${index + 1}`;
    const read = readTest(test);
    if (typeof read === "string") return { name, passed: false, message: read, events: [] };
    const { events, match, logsource, lists } = read;
    const own = lists === undefined ? ruleSet : ruleSetWith({ ...placeholders, ...lists });
    const matches = events.map((event) =>
      own.match(toEvent(event), logsource ?? rule.logsource).length > 0
    );
    return { name, ...judge(events, matches, match) };
  });
}

interface InlineTest {
  events: JsonValue[];
  match: boolean | number;
  logsource?: Record<string, string>;
  lists?: Readonly<Record<string, readonly string[]>>;
}

/** Reads a test, or says what is wrong with it. */
function readTest(test: JsonValue): InlineTest | string {
  if (!isMap(test)) return "A test must be a map with name, match and event";
  const { match, event, events, logsource, placeholders } = test;
  const count = typeof match === "number" && Number.isInteger(match) && match >= 0;
  if (typeof match !== "boolean" && !count) {
    return "A test requires 'match: true', 'match: false', or how many of its events match";
  }
  if ((event === undefined) === (events === undefined)) {
    return "A test requires either 'event' or 'events'";
  }
  if (events !== undefined && !(Array.isArray(events) && events.length > 0)) {
    return "'events' must be a list with at least one event";
  }
  const list = event === undefined ? events as JsonValue[] : [event];
  if (!list.every(isMap)) return "An event must be a map";
  const read: InlineTest = { events: list, match };
  const lists = listsOf(placeholders);
  if (typeof lists === "string") return lists;
  if (placeholders !== undefined) read.lists = lists;
  if (logsource === undefined) return read;
  if (!isMap(logsource) || !Object.values(logsource).every((value) => typeof value === "string")) {
    return "'logsource' must be a map of strings";
  }
  return { ...read, logsource: logsource as Record<string, string> };
}

function judge(
  events: readonly JsonValue[],
  matches: readonly boolean[],
  expected: boolean | number,
): Omit<InlineTestResult, "name"> {
  const found = matches.filter(Boolean).length;
  if (typeof expected === "number") {
    if (found === expected) return { passed: true, events: [] };
    const message = `Expected ${expected} of ${events.length} events to match, found ${found}`;
    return { passed: false, message, events: [] };
  }
  const wrong = events.filter((_, index) => matches[index] !== expected);
  if (wrong.length === 0) return { passed: true, events: [] };
  const which = events.length === 1 ? "" : ` for ${wrong.length} of ${events.length} events`;
  const message = expected
    ? `Expected a match, but the rule does not match${which}`
    : `Expected no match, but the rule matches${which}`;
  return { passed: false, message, events: wrong };
}

function isMap(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
