import {
  appliesTo,
  Correlator,
  type LogSource,
  regexesOf,
  RuleSet,
  type SigmaCorrelation,
  type SigmaRule,
} from "../sigma/engine.ts";
import type { AlertField } from "./alert.ts";
import { namedRules, type UnknownRule } from "./named_rules.ts";
import type { RuleBundle } from "./rule_bundle.ts";
import type { AlertingRule } from "./to_alert.ts";
import type { SigmaEvent } from "./to_sigma_event.ts";

const PRODUCT = { product: "thousandeyes" } as const;

/** Where the events of the activity log come from, in the words of a rule's `logsource`. */
export const AUDIT_LOG_SOURCE = { ...PRODUCT, service: "audit" } as const satisfies LogSource;

/** How many resources the engine is shown at a time; it looks at 100,000 values of one field. */
const MAX_RESOURCES = 20_000;

/** How many events the result of a correlation lists; an alert shows fewer. */
const MAX_LISTED_EVENTS = 20;

/** One rule that an event satisfies. */
export interface EventMatch {
  /** The rule. */
  readonly rule: AlertingRule;
  /** Which fields made it match; default none. */
  readonly matched?: readonly AlertField[];
  /** Whether it makes no alert of its own, but only counts for correlations; default false. */
  readonly isSilent?: boolean;
}

/**
 * Which rules and correlations make alerts, by their ids, names or tags; letter case is ignored.
 * What correlations count of the others stays.
 */
export interface RuleScope {
  /** Those that make none; default none. */
  readonly disabled?: readonly string[] | undefined;
  /** The only ones that make any; default all. */
  readonly only?: readonly string[] | undefined;
}

/** What is wrong with a rule or a correlation, so that it is left out. */
export interface LeftOut {
  /** Its title. */
  readonly title: string;
  /** The kind of problem. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
}

/** Compiled rules. */
export interface RuleMatcher {
  /** The rules in force. */
  rules: readonly SigmaRule[];
  /** The rules and correlations that can make an alert from events of the activity log. */
  alerting: readonly (SigmaRule | SigmaCorrelation)[];
  /** The rules and correlations that are switched off, which are not among those in force. */
  disabled: readonly (SigmaRule | SigmaCorrelation)[];
  /** What the scope names, and no rule has as its id, name or tag. */
  unknown: readonly UnknownRule[];
  /** What their matches mean together; undefined if no rule looks back and nothing correlates. */
  correlator: Correlator | undefined;
  /**
   * The rules that an event satisfies, each once, with the fields that made them match. What
   * `toSigmaEvent()` makes of the result of `readOddEvent()` counts as an event.
   */
  match(event: SigmaEvent): EventMatch[];
}

/**
 * Whether a rule is about ThousandEyes: such a rule sees the derived fields of `toSigmaEvent()`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isThousandEyesRule } from "./match_rules.ts";
 *
 * assert(isThousandEyesRule({ logsource: { product: "thousandeyes", service: "audit" } }));
 * assert(!isThousandEyesRule({ logsource: { product: "windows" } }));
 * ```
 *
 * @param rule A parsed rule.
 * @returns True if its `logsource` names ThousandEyes as the product.
 */
export function isThousandEyesRule({ logsource }: Pick<SigmaRule, "logsource">): boolean {
  return appliesTo(PRODUCT, logsource);
}

/**
 * Compiles rules for the events of the activity log.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "../sigma/parse.ts";
 * import { matchRules } from "./match_rules.ts";
 * import { toSigmaEvent } from "./to_sigma_event.ts";
 *
 * const { rules, filters } = parseSigma(`
 * title: Failed login
 * logsource: { product: thousandeyes, service: audit }
 * detection:
 *   selection:
 *     event|contains: login failed
 *   condition: selection
 * `);
 * const { match } = matchRules({ rules, filters }, () => {});
 * const [found] = match(toSigmaEvent({ event: "Login failed." }));
 * assertEquals(found?.matched, [
 *   { field: "event", value: "Login failed.", item: "event|contains: login failed" },
 * ]);
 * ```
 *
 * @param bundle Parsed rules, correlations and filters, and their value lists. A rule that does not compile, with the
 *   filters that apply to it, is left out and reported, and so is a correlation without its rules:
 *   `rules:build` lets none through, and the others must go on.
 * @param report Told what is wrong with a rule.
 * @param scope Which rules make alerts.
 * @returns The compiled rules; matching never throws.
 */
export function matchRules(
  { rules, correlations = [], filters, placeholders = {}, regexes = [] }: RuleBundle,
  report: (what: string, facts: LeftOut) => void,
  scope: RuleScope = {},
): RuleMatcher {
  const { disabled, unknown } = outOfScope([...rules, ...correlations], scope);
  const ruleSet = new RuleSet(rules, {
    filters,
    placeholders,
    regexes: regexesOf(regexes),
    baseRules: true,
    onProblem: ({ code, message }, { title }) =>
      report("A rule was left out", { title, code, message }),
  });
  const correlator = new Correlator(correlations, ruleSet.rules, {
    limits: { maxEvents: MAX_LISTED_EVENTS },
    silent: disabled,
    onProblem: ({ code, message }, { title }) =>
      report("A correlation was left out", { title, code, message }),
  });
  return {
    rules: ruleSet.rules.filter((rule) => !disabled.has(rule)),
    alerting: reachedBy(AUDIT_LOG_SOURCE, ruleSet, correlator)
      .filter((document) => correlator.makesAlerts(document)),
    disabled: [...disabled],
    unknown,
    correlator: correlator.stateKeys.length === 0 ? undefined : correlator,
    match(event) {
      const { resources } = event;
      return Array.isArray(resources) && resources.length > MAX_RESOURCES
        ? matchInParts(event, resources, matchOne)
        : matchOne(event);
    },
  };

  function matchOne(event: SigmaEvent): EventMatch[] {
    const found = ruleSet.match(event, AUDIT_LOG_SOURCE);
    if (found.length === 0) return []; // nearly every event
    const matched = new Set(found.map(({ rule }) => rule));
    return [...matched].map((rule): EventMatch =>
      disabled.has(rule) || !correlator.alertsAlone(rule) ? { rule, isSilent: true } : ({
        rule,
        matched: ruleSet.matchedFields(rule, event).map((
          { field, value, modifiers, wanted },
        ) => ({
          field: field === "" ? null : field,
          value: value ?? null,
          item: `${[field, ...modifiers].join("|")}: ${wanted}`,
        })),
      })
    );
  }
}

/** The rules and correlations that are to make no alerts, and what the scope names in vain. */
function outOfScope(
  documents: readonly (SigmaRule | SigmaCorrelation)[],
  { disabled = [], only }: RuleScope,
): { disabled: ReadonlySet<SigmaRule | SigmaCorrelation>; unknown: readonly UnknownRule[] } {
  const off = namedRules(documents, disabled, { byTag: true });
  if (only === undefined) return { disabled: off.documents, unknown: off.unknown };
  const on = namedRules(documents, only, { byTag: true });
  return {
    disabled: new Set(
      documents.filter((one) => off.documents.has(one) || !on.documents.has(one)),
    ),
    unknown: [...off.unknown, ...on.unknown],
  };
}

/** The rules and correlations that events of a log source can reach. */
function reachedBy(
  source: LogSource,
  { rules }: RuleSet,
  correlator: Correlator,
): (SigmaRule | SigmaCorrelation)[] {
  const reached = new Set<SigmaRule | SigmaCorrelation>(
    rules.filter(({ logsource }) => appliesTo(logsource, source)),
  );
  // Each comes after those that it refers to.
  for (const correlation of correlator.correlations) {
    const references = correlator.referencesOf(correlation);
    if (references.some((document) => reached.has(document))) reached.add(correlation);
  }
  return [...reached];
}

/**
 * Matches an event with more resources than the engine looks at in one field, some at a time: what
 * is meant to be found could stand behind all the others.
 */
function matchInParts(
  event: SigmaEvent,
  resources: readonly unknown[],
  match: (event: SigmaEvent) => EventMatch[],
): EventMatch[] {
  const found = new Map<AlertingRule, EventMatch>();
  for (let start = 0; start < resources.length; start += MAX_RESOURCES) {
    const part = resources.slice(start, start + MAX_RESOURCES);
    for (const one of match({ ...event, resources: part })) {
      if (!found.has(one.rule)) found.set(one.rule, one);
    }
  }
  return [...found.values()];
}
