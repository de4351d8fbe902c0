import { EventView } from "../match/event_view.ts";
import { NOWHERE, type Problem } from "../problem.ts";
import { SigmaError } from "../sigma_error.ts";
import type { SigmaCorrelation, SigmaRule } from "../sigma_rule.ts";
import { LOADED_STATUSES } from "../vocabulary.ts";
import { AbsenceTracker } from "./absence_tracker.ts";
import { compileCorrelations } from "./compile_correlation.ts";
import type { CorrelationOutcome } from "./correlation_result.ts";
import type { CorrelationStore } from "./correlation_store.ts";
import { readHistory } from "./history.ts";
import { CORRELATION_LIMITS, type CorrelationLimits } from "./limits.ts";
import { linkCorrelations, placedProblem } from "./link_correlations.ts";
import {
  asText,
  JoinedMatches,
  MatchCollector,
  numberOf,
  type Occurrence,
} from "./match_collector.ts";
import { networkText } from "./network_text.ts";
import { NewValueTracker } from "./new_value_tracker.ts";
import type { CorrelationInput, Parent, Round, Tracker, UnreadRange } from "./tracker.ts";
import { WindowTracker } from "./window_tracker.ts";

/** The options of a correlator. */
export interface CorrelatorOptions {
  /** Limits that differ from {@linkcode CORRELATION_LIMITS}. */
  limits?: Partial<CorrelationLimits>;
  /** The statuses to load, as in `RuleSetOptions`. */
  statuses?: readonly string[];
  /**
   * Rules and correlations that have no results of their own, whatever `generate` says; what
   * correlations count of them stays. Default none.
   */
  silent?: ReadonlySet<SigmaRule | SigmaCorrelation>;
  /**
   * Receives the problems of correlations that cannot be linked, and of rules whose look-back is
   * invalid; they are then left out. Without it, the problems are thrown.
   */
  onProblem?: (problem: Problem, document: SigmaCorrelation | SigmaRule) => void;
}

/**
 * Correlations, linked with the rules that they refer to, and rules that look back: those with
 * `panoptes.new_value` or `panoptes.absence`. It keeps no state of its own: groups are
 * in a store, and the same calls with the same store give the same results after a restart.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "../parse.ts";
 * import { RuleSet } from "../rule_set.ts";
 * import { Correlator } from "./correlator.ts";
 * import { MemoryStore } from "./memory_store.ts";
 * import type { CorrelationInput } from "./tracker.ts";
 *
 * const { rules, correlations } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * ---
 * title: Many failed logins
 * id: 0e95725d-7320-415d-80f7-004da920fc11
 * correlation:
 *   type: event_count
 *   rules: failed_login
 *   group-by: user
 *   timespan: 10m
 *   condition: { gte: 2 }
 * `);
 * const ruleSet = new RuleSet(rules, { baseRules: true });
 * const correlator = new Correlator(correlations, rules);
 * const inputs: CorrelationInput[] = [];
 * const event = { event: "Login failed.", user: "Ana" };
 * for (const [id, time] of [["a", 0], ["b", 600_000]] as const) {
 *   correlator.collect({ event, time, id }, ruleSet.match(event), inputs);
 * }
 * const { results } = correlator.correlate(new MemoryStore(), inputs, 600_000);
 * assertEquals(results.map(({ value, events }) => [value, events]), [[2, ["a", "b"]]]);
 * assertEquals(correlator.alertsAlone(rules[0]!), false);
 * ```
 */
export class Correlator {
  /** The correlations that were loaded, each after those that it refers to. */
  readonly correlations: readonly SigmaCorrelation[];
  /** The correlations that were not loaded because of their status. */
  readonly skipped: readonly SigmaCorrelation[];
  /** The keys of their state; that of any other key is no longer needed. */
  readonly stateKeys: readonly string[];
  /**
   * Those among them whose state remains true while nothing is evaluated for a time: which values
   * were there. Of any other, nobody knows what would have become of it.
   */
  readonly learnedKeys: readonly string[];
  readonly #trackers: readonly Tracker[];
  readonly #collector: MatchCollector;
  readonly #silent = new Set<SigmaRule | SigmaCorrelation>();
  readonly #references = new Map<SigmaCorrelation, readonly (SigmaRule | SigmaCorrelation)[]>();
  /** The rules that look back, whose events make no alerts as such. */
  readonly #lookingBack = new Set<object>();
  readonly #limits: CorrelationLimits;

  /**
   * Links correlations with rules.
   *
   * @param correlations Parsed correlations.
   * @param rules The rules that are loaded.
   * @param options Limits and statuses.
   * @throws {SigmaError} With every problem of every document, unless `onProblem` receives them.
   */
  constructor(
    correlations: readonly SigmaCorrelation[],
    rules: readonly SigmaRule[],
    options: CorrelatorOptions = {},
  ) {
    const { limits = {}, statuses = LOADED_STATUSES, silent = [], onProblem } = options;
    this.#limits = { ...CORRELATION_LIMITS, ...limits };
    const view = new EventView();
    this.#collector = new MatchCollector(view, this.#limits);
    const isWanted = ({ status }: SigmaCorrelation) =>
      status === undefined || statuses.includes(status);
    const { linked, problems } = linkCorrelations(
      correlations.filter(isWanted),
      rules,
      this.#limits.maxMatchesPerGroup,
    );
    const found: [Problem, SigmaCorrelation | SigmaRule][] = problems.map((problem) => [
      placedProblem(problem),
      problem.correlation,
    ]);
    // What other trackers refer to comes before them, so what it finds is in their queues.
    const parentsOf = new Map<object, Parent[]>();
    const trackers: Tracker[] = [];
    for (const rule of rules) {
      const { history, problems } = readHistory(rule.custom.panoptes ?? null);
      if (history !== undefined || problems.length > 0) this.#lookingBack.add(rule);
      for (const { message } of problems) found.push([historyProblem(rule, message), rule]);
      if (history === undefined) continue;
      const index = trackers.length;
      const field = (name: string) => view.field([name]);
      const group = history.groupBy.map(field);
      const use = { index, reference: 0, group, countsResults: false };
      if (history.kind === "absence") {
        trackers.push(new AbsenceTracker(rule, history));
        const joined = new JoinedMatches(history.for.seconds * 1_000);
        const alone = history.groupBy.length === 0 ? { joined } : {};
        this.#collector.add(rule, { ...use, ...alone, values: [], read: asText });
      } else {
        const tracker = new NewValueTracker(rule, history);
        const { network } = history;
        const read = network ? (text: string) => networkText(text, network) : asText;
        parentsOf.set(rule, tracker.parents);
        trackers.push(tracker);
        this.#collector.add(rule, { ...use, values: [field(history.field)], read });
      }
    }
    for (const [problem, document] of found) onProblem?.(problem, document);
    if (found.length > 0 && !onProblem) throw new SigmaError(found.map(([problem]) => problem));
    const compiled = compileCorrelations(linked, view);
    this.correlations = compiled.map(({ correlation }) => correlation);
    this.skipped = correlations.filter((correlation) => !isWanted(correlation));
    for (const { correlation, parents } of compiled) parentsOf.set(correlation, parents);
    const heard = new Set<SigmaRule | SigmaCorrelation>();
    for (const [number, { correlation, references, ...rest }] of compiled.entries()) {
      const index = trackers.length + number;
      const { countsResults } = rest;
      const read = rest.isNumeric ? numberOf : asText;
      this.#references.set(correlation, references.map(({ document }) => document));
      for (const [reference, from] of references.entries()) {
        const { document } = from;
        (correlation.generate ? heard : this.#silent).add(document);
        const parents = parentsOf.get(document);
        if (parents) parents.push({ index, reference, from, countsResults });
        else this.#collector.add(document, { ...from, index, reference, read, countsResults });
      }
    }
    for (const document of heard) this.#silent.delete(document);
    for (const document of silent) this.#silent.add(document);
    this.learnedKeys = trackers.filter((tracker) => tracker instanceof NewValueTracker)
      .map(({ stateKey }) => stateKey);
    this.#trackers = [...trackers, ...compiled.map((each) => new WindowTracker(each))];
    this.stateKeys = this.#trackers.map(({ stateKey }) => stateKey);
  }

  /**
   * Whether each match of a rule, or result of a correlation, makes an alert of its own: those that
   * correlations refer to do so only if one of them says `generate: true`, and the events of a rule
   * that looks back never do.
   */
  alertsAlone(document: SigmaRule | SigmaCorrelation): boolean {
    return this.makesAlerts(document) && !this.#lookingBack.has(document);
  }

  /**
   * Whether a rule or correlation makes alerts at all: of each match or result, or, if it looks
   * back, of what that finds.
   */
  makesAlerts(document: SigmaRule | SigmaCorrelation): boolean {
    return !this.#silent.has(document);
  }

  /** The rules and correlations that a loaded correlation refers to; of any other, none. */
  referencesOf(correlation: SigmaCorrelation): readonly (SigmaRule | SigmaCorrelation)[] {
    return this.#references.get(correlation) ?? [];
  }

  /**
   * Turns the matches of an event into inputs of correlations.
   *
   * @param occurrence The event, when it happened, and its id.
   * @param matches What `RuleSet.match()` found; rules are told apart by identity.
   * @param inputs Where the inputs are added, for the next call of `correlate()`.
   */
  collect(
    occurrence: Occurrence,
    matches: readonly { readonly rule: object }[],
    inputs: CorrelationInput[],
  ): void {
    this.#collector.collect(occurrence, matches, inputs);
  }

  /**
   * Takes in matches and says what now holds.
   *
   * A result is given once: as soon as its matches are known, if further matches cannot make it
   * false; otherwise as soon as the watermark has passed everything that could. Late and repeated
   * matches are welcome; the results are the same in any order, with the same ids, as long as no
   * match comes after the watermark has passed it. A result whose state has expired may be given
   * again with the same id, so results are stored by their id.
   *
   * @param store Where groups are kept.
   * @param inputs What `collect()` added, in any order.
   * @param watermark The time up to which every event is known, in milliseconds: the caller has
   * subtracted how late events may come. It applies after the inputs.
   * @param unread Ranges before the watermark of which nothing is known after all; default none.
   * @returns Results, and how many matches were left out since the last call.
   */
  correlate(
    store: CorrelationStore,
    inputs: readonly CorrelationInput[],
    watermark: number,
    unread: readonly UnreadRange[] = [],
  ): CorrelationOutcome {
    const trackers = this.#trackers;
    const queues: (Map<string, CorrelationInput> | undefined)[] = new Array(trackers.length);
    const queue = (input: CorrelationInput) => {
      const { index, group } = input;
      const groups = queues[index] ??= new Map();
      const newest = groups.get(group);
      if (newest === undefined) store.prepare(trackers[index]!.stateKey, group);
      // The matches of a group are a list in which each knows the next, newest first.
      input.next = newest;
      groups.set(group, input);
    };
    const round: Round = {
      store,
      limits: this.#limits,
      tally: this.#collector.takeTally(),
      before: store.watermark,
      watermark: Math.max(watermark, store.watermark),
      unread,
      results: [],
      silent: this.#silent,
      queue,
    };
    for (const input of inputs) queue(input);
    // Each tracker comes after those that it refers to, so what they find is in its queue.
    for (const [index, tracker] of trackers.entries()) {
      const groups = queues[index];
      if (groups) {
        for (const [group, newest] of groups) tracker.feed(round, group, sortedByEnd(newest));
        keepLimits(tracker, round);
      }
      if (round.watermark > round.before) tracker.settle(round);
    }
    store.watermark = round.watermark;
    const { results, tally } = round;
    results.sort((a, b) => a.first - b.first || (a.id < b.id ? -1 : 1));
    return { results, tally };
  }
}

/**
 * Keeps the limits of one correlation and of all. More goes than must, since a store may have to
 * look at every group to find those that are due first.
 */
function keepLimits({ stateKey }: Tracker, { store, limits, tally }: Round): void {
  const { maxGroups, maxMatches } = limits;
  const groups = store.groups(stateKey) - maxGroups;
  if (groups > 0) tally.dropped += store.evictGroups(stateKey, groups + (maxGroups >> 4));
  const matches = store.matches - maxMatches;
  if (matches > 0) tally.dropped += store.evictMatches(matches + (maxMatches >> 4));
}

/** What is wrong with how a rule looks back, whose source is no longer available. */
function historyProblem({ title, file }: SigmaRule, message: string): Problem {
  return {
    code: "panoptes-history",
    severity: "error",
    message: `${title}: ${message}`,
    ...(file === undefined ? {} : { file }),
    ...NOWHERE,
  };
}

function endOf({ time, duration }: CorrelationInput): number {
  return time + duration;
}

/** The matches of one group from the oldest end to the newest. */
function sortedByEnd(newest: CorrelationInput): CorrelationInput[] {
  const matches = [newest];
  let inOrder = true;
  for (let match = newest.next; match; match = match.next) {
    inOrder &&= endOf(match) <= endOf(matches[matches.length - 1]!);
    matches.push(match);
  }
  if (matches.length === 1) return matches;
  return inOrder
    ? matches.reverse()
    : matches.sort((a, b) => endOf(a) - endOf(b) || a.time - b.time);
}
