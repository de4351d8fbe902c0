import type { EventMatch } from "../../alert/match_rules.ts";
import { alertedForm, isObject, readOddEvent } from "../../alert/read_odd_event.ts";
import { toAlert } from "../../alert/to_alert.ts";
import { type SigmaEvent, toSigmaEvent } from "../../alert/to_sigma_event.ts";
import { SHORTENED, type ShortenedEvent } from "../../store/shorten_event.ts";
import { faultOf } from "../../thousandeyes/page/check_user_events.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import type { PassCount } from "../../store/pass_table.ts";
import type { EarlierPass } from "../../store/split_twins.ts";
import { identityOf } from "../../thousandeyes/event/event_identity.ts";
import type { Page } from "../../thousandeyes/page/page.ts";
import { formatLastEventId } from "../../sse/last_event_id.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";
import { type AlertToRaise, raiseAlerts } from "../raise_alerts.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";
import { afterPage } from "./advance.ts";
import { correlatePage, PageMatches } from "./correlate.ts";
import { lateHistogram } from "./counts.ts";
import { addIntake } from "./intake.ts";
import { type Diagnosis, fault } from "./failure.ts";
import { isPast } from "./past.ts";
import type { PlannedRead } from "./plan.ts";
import { beginsAgain, endOf, isShownAgain, noSeams, withSeam } from "./seams.ts";
import {
  type CollectorState,
  NO_DATE,
  passesInUse,
  type ReadingKind,
  withRenames,
} from "./state.ts";

/** A page, and what is needed to record it. */
export interface PageToRecord {
  /** The reading that the page belongs to, as it was planned, with the request counted. */
  readonly read: PlannedRead;
  /** The address that was requested. */
  readonly url: string;
  /** The page. */
  readonly page: Page;
  /** What the pass has counted on the pages before; the caller adds this page to it. */
  readonly count: PassCount;
  /** What the pass that this one confirms has seen; empty if it confirms none. */
  readonly earlier: EarlierPass;
  /** What is wrong with the page's link to the next one, if anything. */
  readonly refusal: Diagnosis | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
}

/** What the recording of a page has changed. */
export interface PageRecorded {
  /** The state to save in the same transaction. */
  readonly state: CollectorState;
  /** The rows of the page's events in the log. */
  readonly seqs: readonly number[];
  /** The twins that were held. */
  readonly held: ReadonlyMap<number, number>;
}

/**
 * Records a page with all its consequences: events, alerts, messages, and what the pass has
 * counted. It has to run inside a transaction, in which the caller saves the state.
 *
 * @param ports The log, the rules, the endpoints, chance.
 * @param given The page.
 * @param options Limits and times.
 * @returns What has changed.
 */
export function recordPage(
  { log, source, match, correlator, rulesRevision, endpoints, random }: Pick<
    WatchPorts,
    "log" | "source" | "match" | "correlator" | "rulesRevision" | "endpoints" | "random"
  >,
  { read, url, page, count, earlier, refusal, now }: PageToRecord,
  options: WatchOptions,
): PageRecorded {
  const { pass } = read.reading;
  const { end } = pass;
  const { seams = noSeams() } = read.state;
  const result = log.record(page.events, {
    now,
    taken: count.taken,
    earlier,
    // An event that every page repeats is no proof of a twin, however often it is read.
    repeatsFirst: pass.confirms !== null && beginsAgain(end, page.events) &&
      isShownAgain(seams, end),
  });
  const isNew = result.recorded.length > 0;
  const items = page.events.length + page.invalid.length;
  const invalid = log.keepInvalid(page.invalid, now);
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
  const isBackfilled = (at: number | null) => isPast(read.state, pass, at, now, options);
  let epoch: string | undefined;
  for (const { event, whole, occurrence, seq, at } of result.recorded) {
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
  const at = { state: read.state, pass };
  const correlated = correlatePage({ log, source }, together, at, now, options);
  alerts.push(...correlated.alerts);
  faults.push(...correlated.faults);
  const raised = raiseAlerts({ log, endpoints, rulesRevision }, alerts, now, options);
  const { kind } = read;
  const intake = addIntake(read.state.intake, {
    now,
    valid: result.recorded.length,
    invalid: invalid.map(({ value }) => faultOf(value)),
    oversized,
    isBacklog: kind === "backfill",
  });
  const state = {
    ...withRenames(read.state, result.renames, now),
    intake,
    // A pass that confirms another one sees the same seams.
    ...(pass.confirms === null && { seams: withSeam(seams, end, page.events, items, isNew) }),
  };
  const next = page.next?.href ?? null;
  const held = sum(result.held.values());
  const after = afterPage({ ...read, state }, {
    now,
    next,
    refusal: refusal ??
      (next !== null && (next === url || count.urls.has(next))
        ? fault("repeated_cursor", "restart", "the next page is one that has already been read")
        : undefined),
    events: items,
    end: endOf(page.events, items, isNew) ?? end,
    held: sum(count.held.values()) + held,
    heldDates: result.heldAt.map((at) => at ?? NO_DATE),
    faults,
    counts: {
      recorded: result.recorded.length,
      twins: result.twins,
      duplicates: result.duplicates,
      renamed: result.renames.length,
      expired: result.expired,
      held,
      invalid: invalid.length,
      oversized: oversized.length,
      ...raised,
      ...correlated.counts,
      ...lateCounts(state, kind, result.recorded, now),
    },
    random,
  }, options);
  const inUse = passesInUse(after);
  // A pass that ends on its first page needs no row: most live passes do.
  if (inUse.includes(pass.id)) {
    const { seqs, held } = result;
    log.savePassPage({ pass: pass.id, page: pass.pages, url, seqs, held });
  } else if (pass.pages > 0 || pass.confirms !== null) {
    log.dropPasses(inUse);
  }
  return { state: after, seqs: result.seqs, held: result.held };
}

/**
 * Events published after their time had been read; a backfill finds only old ones, so none counts.
 */
function lateCounts(
  { lowWater, liveSince }: CollectorState,
  kind: ReadingKind,
  recorded: readonly { at: number | null }[],
  now: number,
): { late?: number[] } {
  if (kind === "backfill") return {};
  const delays = recorded.flatMap(({ at }) =>
    at !== null && at > liveSince && at <= lowWater ? [now - at] : []
  );
  return delays.length === 0 ? {} : { late: lateHistogram(delays) };
}

/** The date of an item that is not a valid event, as far as it can be read. */
function dateIn({ date }: SigmaEvent): number | null {
  return (typeof date === "string" ? parseDate(date) : undefined) ?? null;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** The size of an event that was recorded shortened. */
function sizeOf(event: UserEvent): string {
  const { bytes } = (event as ShortenedEvent)[SHORTENED];
  return `${bytes} bytes`;
}
