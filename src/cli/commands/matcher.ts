import { isThousandEyesRule } from "../../alert/match_rules.ts";
import {
  appliesTo,
  type LogSource,
  type Match,
  type Problem,
  RuleSet,
  type SigmaFilter,
  type SigmaRule,
} from "../../sigma/mod.ts";
import type { Placeholders } from "../input/option_values.ts";
import { toEvent } from "../input/to_event.ts";

/** What a matcher needs besides rules. */
export interface MatcherOptions {
  /** Filters, which apply to the rules they name. */
  readonly filters: readonly SigmaFilter[];
  /** Lists for the modifier expand. */
  readonly placeholders?: Placeholders;
  /** Receives the problems of rules that do not compile; these are left out. */
  readonly onProblem: (problem: Problem, rule: SigmaRule) => void;
}

/** Rules that are ready to match events. */
export interface Matcher {
  /** How many rules take part. */
  readonly rules: number;
  /** The rules that do not take part because of their status. */
  readonly skipped: readonly SigmaRule[];
  /** The rules that do not take part because correlations are about them. */
  readonly baseRules: readonly SigmaRule[];
  /** Whether any of them applies to a log source. */
  hasRulesFor(logsource: LogSource): boolean;
  /** Finds the rules that match an event, each once, in the order of the rules. */
  find(event: unknown, logsource: LogSource | undefined): readonly Match[];
}

/**
 * Makes a matcher in which ThousandEyes rules see the derived fields, and other rules the plain
 * event.
 *
 * @param rules Parsed rules.
 * @param options Filters and placeholders.
 * @returns The matcher.
 */
export function matcherOf(rules: readonly SigmaRule[], options: MatcherOptions): Matcher {
  const own = rules.filter(isThousandEyesRule);
  const foreign = rules.filter((rule) => !isThousandEyesRule(rule));
  const sets = [
    { set: new RuleSet(own, options), prepare: toEvent },
    { set: new RuleSet(foreign, options), prepare: (event: unknown) => event },
  ].filter(({ set }) => set.rules.length + set.skipped.length + set.baseRules.length > 0);
  const order = new Map(rules.map((rule, index) => [rule, index]));
  const placeOf = ({ rule }: Match) => order.get(rule) ?? 0;
  const find: Matcher["find"] = (event, logsource) => {
    const found = sets.flatMap(({ set, prepare }) => set.match(prepare(event), logsource));
    if (found.length < 2) return found;
    const once = [...new Map(found.map((match) => [match.rule, match])).values()];
    return once.sort((a, b) => placeOf(a) - placeOf(b));
  };
  return {
    rules: sets.reduce((sum, { set }) => sum + set.rules.length, 0),
    skipped: sets.flatMap(({ set }) => set.skipped),
    baseRules: sets.flatMap(({ set }) => set.baseRules),
    hasRulesFor: (logsource) =>
      sets.some(({ set }) => set.rules.some((rule) => appliesTo(rule.logsource, logsource))),
    find,
  };
}
