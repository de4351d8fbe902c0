import { type CompiledRule, compileRule } from "./compile/compile_rule.ts";
import { FilterLookup } from "./compile/filter_lookup.ts";
import { historyOf } from "./correlation/history.ts";
import { type MatchedField, matchedFields } from "./matched_fields.ts";
import { groupBy } from "../stream/group_by.ts";
import { CandidateIndex } from "./index/candidate_index.ts";
import { EventView } from "./match/event_view.ts";
import { LogSourceRouter } from "./match/logsource_routing.ts";
import type { Problem } from "./problem.ts";
import { regexesOf, regexLoader, type RegexSource } from "./regex/regex_table.ts";
import { SigmaError } from "./sigma_error.ts";
import type { LogSource, SigmaFilter, SigmaRule } from "./sigma_rule.ts";
import { LOADED_STATUSES } from "./vocabulary.ts";

/** A rule that an event satisfied. */
export interface Match {
  /** The rule, the same object that was given. */
  rule: SigmaRule;
  /** The index of the condition in the rule. */
  condition: number;
}

/** The options of a rule set. */
export interface RuleSetOptions {
  /** Filters, each for the rules that it names and whose log source it covers. */
  filters?: readonly SigmaFilter[];
  /** The lists that `expand` puts in place of `%name%`. */
  placeholders?: Readonly<Record<string, readonly (string | number)[]>>;
  /**
   * The statuses to load; rules without a status are always loaded. By default, all but deprecated
   * and unsupported.
   */
  statuses?: readonly string[];
  /**
   * Where regular expressions come from: `regexesOf()` for those that are compiled. By default there
   * are none here, and `RuleSet` of `./sigma` compiles them.
   */
  regexes?: RegexSource;
  /**
   * Whether to load the base rules of correlations, and rules that look back, whose events make no
   * alerts by themselves: default no.
   */
  baseRules?: boolean;
  /**
   * Receives the problems of rules that cannot be compiled, which are then left out. Without it,
   * the problems are thrown.
   */
  onProblem?: (problem: Problem, rule: SigmaRule) => void;
}

const NO_MATCHES: readonly Match[] = Object.freeze([]);

/**
 * Rules, compiled once to match many events. Their regular expressions have been compiled before;
 * `RuleSet` of `./sigma` compiles these too.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "./parse.ts";
 * import { RuleSet } from "./rule_set.ts";
 *
 * const { rules } = parseSigma(`
 * title: Token created
 * logsource: { product: thousandeyes, service: audit }
 * detection:
 *   selection:
 *     event|contains|all: [token, create]
 *   condition: selection
 * `);
 * const ruleSet = new RuleSet(rules);
 * const matches = ruleSet.match({ event: "User API Token Create" });
 * assertEquals(matches.map(({ rule }) => rule.title), ["Token created"]);
 * ```
 */
export class RuleSet {
  /** The rules that were loaded, in the given order. */
  readonly rules: readonly SigmaRule[];
  /** The rules that were not loaded because of their status. */
  readonly skipped: readonly SigmaRule[];
  /** The rules that were not loaded because correlations are about them, or they look back. */
  readonly baseRules: readonly SigmaRule[];
  /** The filters that apply to none of the loaded rules. */
  readonly unusedFilters: readonly SigmaFilter[];
  /** The rules that the index cannot skip: each costs time for every event. */
  readonly alwaysEvaluated: readonly SigmaRule[];
  readonly #view = new EventView();
  readonly #compiled: readonly CompiledRule[];
  readonly #router: LogSourceRouter;
  readonly #index: CandidateIndex;
  readonly #always: readonly number[];
  /** Made when a rule is first explained. */
  #byRule: ReadonlyMap<SigmaRule, readonly CompiledRule[]> | undefined;
  /** The numbers of the conditions that the current event satisfies. */
  readonly #found: number[] = [];
  /** For each condition, whether it applies to the event's log source; undefined: to any. */
  #allowed: Uint8Array | undefined;

  /**
   * Compiles rules and builds the index over them.
   *
   * @param rules Parsed rules.
   * @param options Filters, lists and statuses.
   * @throws {SigmaError} With every problem of every rule, unless `onProblem` receives them.
   */
  constructor(rules: readonly SigmaRule[], options: RuleSetOptions = {}) {
    const {
      filters = [],
      placeholders = {},
      statuses = LOADED_STATUSES,
      baseRules = false,
      regexes = regexesOf([]),
      onProblem,
    } = options;
    const isWanted = ({ status }: SigmaRule) => status === undefined || statuses.includes(status);
    const wanted = rules.filter(isWanted);
    this.skipped = rules.filter((rule) => !isWanted(rule));
    const isSilent = (rule: SigmaRule) =>
      !baseRules && (rule.base || historyOf(rule) !== undefined);
    this.baseRules = wanted.filter(isSilent);
    const lookup = new FilterLookup(filters);
    const scope = {
      view: this.#view,
      filters: lookup,
      placeholders,
      regexes: regexLoader(regexes),
    };
    const compiled: CompiledRule[] = [];
    const loaded: SigmaRule[] = [];
    const all: Problem[] = [];
    for (const rule of wanted) {
      if (isSilent(rule)) continue;
      const { compiled: conditions, problems } = compileRule(rule, scope);
      for (const problem of problems) {
        all.push(problem);
        onProblem?.(problem, rule);
      }
      if (problems.length > 0) continue;
      loaded.push(rule);
      compiled.push(...conditions);
    }
    if (all.length > 0 && !onProblem) throw new SigmaError(all);
    this.rules = loaded;
    const used = new Set(loaded.flatMap((rule) => lookup.of(rule)));
    this.unusedFilters = filters.filter((filter) => !used.has(filter));
    this.#compiled = compiled;
    this.#router = new LogSourceRouter(compiled.map(({ rule }) => rule.logsource));
    this.#index = new CandidateIndex(compiled, this.#view);
    this.#always = this.#index.always;
    this.alwaysEvaluated = [...new Set(this.#always.map((number) => compiled[number]!.rule))];
  }

  /**
   * The rules that an event satisfies.
   *
   * @param event JSON data.
   * @param logsource Where the event comes from; without it, the log sources of rules are ignored.
   * @returns One entry for each condition that holds, in the order of the rules.
   */
  match(event: unknown, logsource?: LogSource): readonly Match[] {
    const view = this.#view;
    view.show(event);
    this.#allowed = logsource ? this.#router.allowed(logsource) : undefined;
    this.#found.length = 0;
    this.#index.collect(view, this.#try);
    for (let index = 0; index < this.#always.length; index++) this.#try(this.#always[index]!);
    const found = this.#found;
    if (found.length === 0) return NO_MATCHES;
    if (found.length > 1) found.sort((a, b) => a - b);
    const matches: Match[] = [];
    for (const number of found) {
      const { rule, condition } = this.#compiled[number]!;
      matches.push({ rule, condition });
    }
    return matches;
  }

  /**
   * The values of an event that made a rule match, for alerts.
   *
   * Parts under `not` are left out, since nothing in the event makes them hold; so are filters.
   *
   * @param rule A rule of this set.
   * @param event An event that it matches.
   * @returns Each field once per search identifier and value; empty if the rule does not match.
   * @throws {RangeError} If the rule is not in this set.
   */
  matchedFields(rule: SigmaRule, event: unknown): MatchedField[] {
    const { compiled, view } = this.shown(rule, event);
    return matchedFields(compiled, view);
  }

  /**
   * Shows an event to the conditions of a rule, for what looks into them.
   *
   * @internal
   * @throws {RangeError} If the rule is not in this set.
   */
  protected shown(rule: SigmaRule, event: unknown): {
    compiled: readonly CompiledRule[];
    view: EventView;
  } {
    this.#byRule ??= groupBy(this.#compiled, (compiled) => compiled.rule);
    const compiled = this.#byRule.get(rule);
    if (!compiled) throw new RangeError(`The rule '${rule.title}' is not in this set`);
    this.#view.show(event);
    return { compiled, view: this.#view };
  }

  /** Made once: a function per event would be garbage per event. */
  readonly #try = (number: number): void => {
    if (this.#allowed !== undefined && this.#allowed[number] === 0) return;
    if (this.#compiled[number]!.node.check(this.#view)) this.#found.push(number);
  };
}
