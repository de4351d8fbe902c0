import { type CorrelationInput, MemoryStore, type Problem, SigmaError } from "../sigma/engine.ts";
import { type Clock, systemClock } from "../stream/clock.ts";
import { identityOf } from "../thousandeyes/event/event_identity.ts";
import { parseDate } from "../thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { OVERLAP_MS } from "../thousandeyes/stream/stream_plan.ts";
import type { Alert } from "./alert.ts";
import { matchRules, type RuleMatcher, type RuleScope } from "./match_rules.ts";
import { alertedForm } from "./read_odd_event.ts";
import type { RuleBundle } from "./rule_bundle.ts";
import { toAlert } from "./to_alert.ts";
import { shownEvents, toCorrelationAlert } from "./to_correlation_alert.ts";
import { toSigmaEvent } from "./to_sigma_event.ts";

/** How many events are remembered at most, to show them in alerts and to count equal ones. */
const MAX_REMEMBERED = 20_000;

/** What `match()` runs: `rules` of `./rules`, or what `parseSigma()` of `./sigma` returns. */
export type MatchedRules = RuleBundle & {
  /** What is wrong with them; an error makes `match()` throw. */
  readonly problems?: readonly Problem[];
};

/** How `match()` runs rules. */
export interface MatchOptions extends RuleScope {
  /**
   * How much older than the newest event an event may be, in milliseconds, for correlations; 900,000
   * (15 min) by default, which is the `overlap` of a stream. What waits for the end of a window waits
   * for this long as well.
   */
  readonly latenessMs?: number;
  /**
   * The clock, since an event with a date in the future must not make others late; the machine's by
   * default.
   */
  readonly clock?: Clock;
}

/**
 * Matches events against Sigma rules: a step from events to alerts.
 *
 * Correlations, `new_value` and `absence` are run as well, on state in memory, which ends with the
 * iteration. They need events oldest first, as `streamUserEvents()` yields them with `follow`, `from`
 * or `order: "oldest"`. The dates of the events are the time: the end of a window is reached by a
 * later event, or when the events end. Events without a date make alerts, but are not correlated.
 *
 * Each match is an alert: unlike a deployment of Panoptes, it does not fold repeats.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { match } from "@panoptes/user-events";
 * import { rules } from "@panoptes/user-events/rules";
 *
 * async function* events() {
 *   for (const second of [1, 2, 3, 4, 5]) {
 *     const date = `2026-01-01T00:00:0${second}Z`;
 *     yield { date, event: "Test deleted.", user: "Ana (ana@example.org)" };
 *   }
 * }
 * const only = ["thousandeyes_mass_test_deletion"]; // without it, each event is an alert as well
 * const alerts = await Array.fromAsync(match(rules, { only })(events()));
 * assertEquals(alerts.map(({ level, eventCount }) => [level, eventCount]), [["high", 5]]);
 * ```
 *
 * @param rules The rules; they are compiled once.
 * @param options Which of them make alerts, and how late events come.
 * @returns A function that takes events and returns their alerts as they are found. Each event is
 *   read when the next alert is needed; leaving the iteration closes the source.
 * @throws {SigmaError} At the call, if the rules have errors, with all of them.
 * @throws {TypeError} At the call, if a rule does not compile, or if `only` or `disabled` names none.
 */
export function match(
  rules: MatchedRules,
  options: MatchOptions = {},
): (events: AsyncIterable<UserEvent> | Iterable<UserEvent>) => AsyncGenerator<Alert, void, void> {
  const errors = (rules.problems ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new SigmaError(errors);
  const refused: string[] = [];
  const matcher = matchRules(
    rules,
    (_, { title, message }) => refused.push(`${title}: ${message}`),
    options,
  );
  refused.push(...matcher.unknown.map(({ name }) => `No rule has the id, name or tag '${name}'`));
  if (refused.length > 0) throw new TypeError(`Cannot match rules: ${refused.join("; ")}`);
  return (events) => alertsOf(events, matcher, options);
}

async function* alertsOf(
  events: AsyncIterable<UserEvent> | Iterable<UserEvent>,
  matcher: RuleMatcher,
  { latenessMs = OVERLAP_MS, clock = systemClock }: MatchOptions,
): AsyncGenerator<Alert, void, void> {
  const together = new Together(matcher);
  const equal = new Map<string, number>();
  let newest = -Infinity;
  for await (const event of events) {
    const at = parseDate(event.date ?? "");
    const seen = toSigmaEvent(event);
    const matches = matcher.match(seen);
    const alerting = matches.filter(({ isSilent }) => isSilent !== true);
    if (alerting.length > 0) {
      const identity = identityOf(event);
      const occurrence = (equal.get(identity) ?? 0) + 1;
      remember(equal, identity, occurrence);
      const shown = alertedForm(event);
      for (const { rule, matched = [] } of alerting) {
        yield toAlert(rule, shown, { identity, occurrence, at: at ?? null, matched });
      }
    }
    if (at === undefined) continue;
    const watermark = newest - latenessMs;
    if (matches.length > 0) together.add(event, seen, at, matches, watermark);
    newest = Math.max(newest, Math.min(at, clock.now()));
    yield* together.found(newest - latenessMs);
  }
  yield* together.found(newest + 1);
}

/** The correlations of one iteration, and the events that their alerts show. */
class Together {
  readonly #correlator: RuleMatcher["correlator"];
  readonly #store = new MemoryStore();
  readonly #shown = new Map<string, UserEvent>();
  #inputs: CorrelationInput[] = [];
  #count = 0;

  constructor({ correlator }: RuleMatcher) {
    this.#correlator = correlator;
  }

  /** Adds an event that rules match. */
  add(
    event: UserEvent,
    seen: object,
    time: number,
    matches: ReturnType<RuleMatcher["match"]>,
    watermark: number,
  ): void {
    const id = String(++this.#count);
    const before = this.#inputs.length;
    this.#correlator?.collect({ event: seen, time, id }, matches, this.#inputs);
    if (this.#inputs.length === before) return;
    if (time < watermark) {
      throw new RangeError(
        `Cannot correlate the event of ${event.date}: it came too long after newer events; ` +
          'read events with order: "oldest" or follow, or raise latenessMs',
      );
    }
    remember(this.#shown, id, alertedForm(event));
  }

  /** The alerts of what holds, given that every event before a time is known. */
  *found(watermark: number): Generator<Alert, void, void> {
    if (this.#correlator === undefined || watermark === -Infinity) return;
    const inputs = this.#inputs;
    this.#inputs = [];
    const { results } = this.#correlator.correlate(this.#store, inputs, watermark);
    for (const result of results) {
      const events = shownEvents(result).flatMap((id) => this.#shown.get(id) ?? []);
      yield toCorrelationAlert(result, {
        events: events.map((event) => ({ id: null, occurrence: 1, event })),
      });
    }
  }
}

/** Sets an entry, and forgets the oldest one if there are too many. */
function remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
