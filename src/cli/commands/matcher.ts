import { isThousandEyesRule } from "../../alert/match_rules.ts";
import { toEvent } from "../../alert/to_event.ts";
import {
  type LogSource,
  type Match,
  type Problem,
  RuleSet,
  type SigmaFilter,
  type SigmaRule,
} from "../../sigma/mod.ts";
import type { Placeholders } from "../input/option_values.ts";

/** What a matcher needs besides rules. */
export interface MatcherOptions {
  /** Filters, which apply to the rules they name. */
  readonly filters: readonly SigmaFilter[];
  /** What is known of where the events come from; undefined if nothing is. */
  readonly logsource?: LogSource | undefined;
  /** Lists for the modifier expand. */
  readonly placeholders?: Placeholders;
  /** Receives the problems of rules that do not compile; these are left out. */
  readonly onProblem: (problem: Problem, rule: SigmaRule) => void;
}

/** Rules that are ready to match events. */
export interface Matcher {
  /** How many rules were loaded. */
  readonly rules: number;
  /** How many of them may be for the log source. */
  readonly applied: number;
  /** The rules that do not take part because of their status. */
  readonly skipped: readonly SigmaRule[];
  /** The rules that do not take part because correlations are about them, or they look back. */
  readonly baseRules: readonly SigmaRule[];
  /** What of the log source no rule is for, such as `product=windwos`. */
  readonly unnamed: readonly string[];
  /** Finds the rules that match an event, each once, in the order of the rules. */
  find(event: unknown): readonly Match[];
}

/**
 * Makes a matcher in which ThousandEyes rules see the derived fields, and other rules the plain
 * event.
 *
 * A rule is left out if it names another product, category or service than the events have. What is
 * not known of the events excludes nothing: for `product=windows`, a rule for the category
 * process_creation of Windows is tried as well. (The Worker knows where its events come from, so
 * there a rule must name no more than that.)
 *
 * @param rules Parsed rules.
 * @param options Filters, the log source and placeholders.
 * @returns The matcher.
 */
export function matcherOf(rules: readonly SigmaRule[], options: MatcherOptions): Matcher {
  const { logsource = {} } = options;
  const given = keysOf(logsource);
  const others = rules.filter((rule) => !mayComeFrom(rule.logsource, given));
  const applied = rules.filter((rule) => mayComeFrom(rule.logsource, given));
  const sets = [
    { set: new RuleSet(applied.filter(isThousandEyesRule), options), prepare: toEvent },
    {
      set: new RuleSet(applied.filter((rule) => !isThousandEyesRule(rule)), options),
      prepare: (event: unknown) => event,
    },
  ].filter(({ set }) => set.rules.length + set.skipped.length + set.baseRules.length > 0);
  const loaded = [...sets.map(({ set }) => set), new RuleSet(others, options)];
  const order = new Map(rules.map((rule, index) => [rule, index]));
  const placeOf = ({ rule }: Match) => order.get(rule) ?? 0;
  const find: Matcher["find"] = (event) => {
    const found = sets.flatMap(({ set, prepare }) => set.match(prepare(event)));
    if (found.length < 2) return found;
    const once = [...new Map(found.map((match) => [match.rule, match])).values()];
    return once.sort((a, b) => placeOf(a) - placeOf(b));
  };
  return {
    rules: loaded.reduce((sum, { rules }) => sum + rules.length, 0),
    applied: sets.reduce((sum, { set }) => sum + set.rules.length, 0),
    skipped: loaded.flatMap(({ skipped }) => skipped),
    baseRules: loaded.flatMap(({ baseRules }) => baseRules),
    unnamed: [...given].filter(([key, value]) =>
      !rules.some((rule) => keysOf(rule.logsource).get(key) === value)
    ).map(([key, value]) => `${key}=${value}`),
    find,
  };
}

/** What a log source says, in lower case; `definition` is for people. */
function keysOf({ category, product, service, custom }: LogSource): ReadonlyMap<string, string> {
  return new Map(
    Object.entries({ category, product, service, ...custom }).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value.toLowerCase()]]
    ),
  );
}

/** Whether a rule may be for events of which only some keys are known. */
function mayComeFrom(wanted: LogSource, known: ReadonlyMap<string, string>): boolean {
  return [...keysOf(wanted)].every(([key, value]) => (known.get(key) ?? value) === value);
}
