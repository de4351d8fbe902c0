import type { EventMatch } from "../../alert/match_rules.ts";
import { alertedForm, isObject, readOddEvent } from "../../alert/read_odd_event.ts";
import { toAlert } from "../../alert/to_alert.ts";
import { type SigmaEvent, toSigmaEvent } from "../../alert/to_sigma_event.ts";
import { formatLastEventId } from "../../sse/last_event_id.ts";
import type { KeptInvalidEvent } from "../../store/invalid_table.ts";
import type { RecordResult } from "../../store/record_events.ts";
import { SHORTENED, type ShortenedEvent } from "../../store/shorten_event.ts";
import { identityOf } from "../../thousandeyes/event/event_identity.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { type AlertToRaise, raiseAlerts } from "../raise_alerts.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";
import { correlatePage, PageMatches } from "./correlate.ts";
import type { CountsToAdd } from "./counts.ts";
import { isPast } from "./past.ts";
import type { CollectorState, Pass } from "./state.ts";

/** What is needed of the ports. */
export type RulePorts = Pick<
  WatchPorts,
  "log" | "source" | "match" | "correlator" | "rulesRevision" | "endpoints"
>;

/** What new rows of the log have set off. */
export interface SetOff {
  /** Alerts, and matches that were left out. */
  readonly counts: CountsToAdd;
  /** What rules threw, once for each event on which one failed. */
  readonly faults: readonly unknown[];
  /** The size of each event that was recorded shortened. */
  readonly oversized: readonly string[];
}

/**
 * Matches new rows of the log against the rules, and raises the alerts. It has to run inside the
 * transaction that records the rows.
 *
 * @param ports The log, the rules and the endpoints.
 * @param recorded The new events.
 * @param invalid The new items that are not valid events.
 * @param read The collector's state, and the end of the range in which the rows were found.
 * @param now Milliseconds since the Unix epoch.
 * @param options Limits and times.
 * @returns What they have set off.
 * @throws {unknown} What the database throws.
 */
export function setOffRules(
  { log, source, match, correlator, rulesRevision, endpoints }: RulePorts,
  { recorded }: Pick<RecordResult, "recorded">,
  invalid: readonly KeptInvalidEvent[],
  { state, pass }: { state: CollectorState; pass: Pick<Pass, "to"> },
  now: number,
  options: WatchOptions,
): SetOff {
  const alerts: AlertToRaise[] = [];
  const faults: unknown[] = [];
  // A rule that fails must not keep this event or those after it out of the log.
  const matchesOf = (event: SigmaEvent): readonly EventMatch[] => {
    try {
      return match(event);
    } catch (error) {
      faults.push(error);
      return [];
    }
  };
  const together = new PageMatches(correlator);
  const oversized: string[] = [];
  const isBackfilled = (at: number | null) => isPast(state, pass, at, now, options);
  let epoch: string | undefined;
  for (const { event, whole, occurrence, seq, at } of recorded) {
    if (whole !== event) oversized.push(sizeOf(event));
    const seen = toSigmaEvent(whole); // rules see all of it, even if it is recorded shortened
    const matches = matchesOf(seen);
    if (matches.length === 0) continue;
    together.add({ event: seen, at, matches, place: { table: "events", seq, occurrence } });
    for (const { rule, matched = [], isSilent = false } of matches) {
      if (isSilent) continue; // nearly every match: there may be a rule for any event at all
      const identity = identityOf(event);
      const eventId = formatLastEventId({ epoch: epoch ??= log.head().epoch, seq });
      const backfilled = isBackfilled(at);
      const known = { identity, occurrence, eventId, at, backfilled, matched, source };
      const alert = toAlert(rule, event, known);
      alerts.push({ alert, eventSeq: seq, at, rule });
    }
  }
  for (const { value, seq, digest } of invalid) {
    if (!isObject(value)) continue;
    const seen = toSigmaEvent(readOddEvent(value));
    const at = dateIn(seen);
    const matches = matchesOf(seen);
    if (matches.length === 0) continue;
    together.add({ event: seen, at, matches, place: { table: "invalid", seq, occurrence: 1 } });
    for (const { rule, matched = [], isSilent = false } of matches) {
      if (isSilent) continue;
      const backfilled = isBackfilled(at);
      const known = { identity: digest, occurrence: 1, backfilled, matched, source };
      const alert = toAlert(rule, alertedForm(value), known);
      alerts.push({ alert, eventSeq: null, at: null, rule });
    }
  }
  const correlated = correlatePage({ log, source }, together, { state, pass }, now, options);
  alerts.push(...correlated.alerts);
  faults.push(...correlated.faults);
  const raised = raiseAlerts({ log, endpoints, rulesRevision }, alerts, now, options);
  return { counts: { ...raised, ...correlated.counts }, faults, oversized };
}

/** The date of an item that is not a valid event, as far as it can be read. */
function dateIn({ date }: SigmaEvent): number | null {
  return (typeof date === "string" ? parseDate(date) : undefined) ?? null;
}

/** The size of an event that was recorded shortened. */
function sizeOf(event: UserEvent): string {
  const { bytes } = (event as ShortenedEvent)[SHORTENED];
  return `${bytes} bytes`;
}
