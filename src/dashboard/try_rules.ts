/**
 * Tries rules in the browser, with the module that runs them in the Worker and the parser that
 * `rules build` uses. It is large, so it is loaded when it is needed.
 *
 * @module
 */
import { Backtest, type TriedAlert } from "../alert/backtest.ts";
import { matchRules } from "../alert/match_rules.ts";
import { ruleIdOf } from "../alert/named_rules.ts";
import { toEvent } from "../alert/to_event.ts";
import {
  compileRegexes,
  type InlineTestResult,
  markBaseRules,
  type ParseResult,
  parseSigma,
  type Problem,
  runCorrelationTests,
  runInlineTests,
  SigmaError,
} from "../sigma/mod.ts";

/** What rules would do. */
export interface Tried {
  /** What is wrong with them, in the order of the text; with an error, nothing has been tried. */
  readonly problems: readonly Problem[];
  /** What only shows when they are put together; it has no place. */
  readonly complaints: readonly string[];
  /** The alerts that they would have made, the latest first. */
  readonly alerts: readonly TriedAlert[];
  /** How the tests in them end. */
  readonly tests: readonly InlineTestResult[];
}

/**
 * Tries what a text holds.
 *
 * @param text Rules and correlations in YAML.
 * @param events Events to try them on.
 * @param sourceOf The text of another rule that a correlation refers to, by its id or name; undefined
 *   if there is none.
 * @returns What they would do.
 */
export async function tryRules(
  text: string,
  events: Iterable<object>,
  sourceOf: (reference: string) => Promise<string | undefined>,
): Promise<Tried> {
  const own = parseSigma(text);
  const { problems } = own;
  const nothing = { problems, complaints: [], alerts: [], tests: [] };
  if (problems.some(({ severity }) => severity === "error")) return nothing;
  const all = await withOthers(own, sourceOf);
  const { rules, correlations, filters } = all;
  markBaseRules(rules, correlations);
  const complaints: string[] = [];
  try {
    const regexes = compileRegexes(rules, { filters, baseRules: true });
    const matcher = matchRules({ rules, correlations, filters, regexes }, (_, facts) => {
      complaints.push(`${facts.title}: ${facts.message}`);
    });
    if (matcher.alerting.length === 0 && complaints.length === 0) {
      complaints.push("No event of ThousandEyes reaches it: logsource needs product: thousandeyes");
    }
    const backtest = new Backtest(matcher);
    for (const event of events) backtest.add(event);
    const ids = new Set([...own.rules, ...own.correlations].map(ruleIdOf));
    const { alerts } = backtest.finish(Date.now());
    return {
      problems,
      complaints,
      alerts: alerts.filter(({ ruleId }) => ids.has(ruleId)).reverse(),
      tests: [
        ...own.rules.flatMap((rule) => runInlineTests(rule, { toEvent })),
        ...own.correlations.flatMap((one) =>
          runCorrelationTests(one, { rules, correlations, toEvent })
        ),
      ],
    };
  } catch (error) {
    if (!(error instanceof SigmaError)) throw error;
    return { ...nothing, problems: [...problems, ...error.problems] };
  }
}

/** With what its correlations refer to, directly or through others. */
async function withOthers(
  own: ParseResult,
  sourceOf: (reference: string) => Promise<string | undefined>,
): Promise<Pick<ParseResult, "rules" | "correlations" | "filters">> {
  const found = { rules: [...own.rules], correlations: [...own.correlations] };
  const documents = () => [...found.rules, ...found.correlations];
  const wanted = new Set(own.correlations.flatMap(({ rules }) => rules));
  for (const reference of wanted) {
    if (documents().some(({ id, name }) => id === reference || name === reference)) continue;
    const text = await sourceOf(reference);
    if (text === undefined) continue;
    const { rules, correlations } = parseSigma(text);
    const known = new Set(documents().map(({ id }) => id));
    found.rules.push(...rules.filter(({ id }) => !known.has(id)));
    for (const one of correlations.filter(({ id }) => !known.has(id))) {
      found.correlations.push(one);
      for (const name of one.rules) wanted.add(name);
    }
  }
  return { ...found, filters: own.filters };
}
