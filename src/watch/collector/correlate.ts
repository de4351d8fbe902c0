import type { EventMatch } from "../../alert/match_rules.ts";
import type { AlertEvent } from "../../alert/alert.ts";
import { alertedForm } from "../../alert/read_odd_event.ts";
import { shownEvents, toCorrelationAlert } from "../../alert/to_correlation_alert.ts";
import type { SigmaEvent } from "../../alert/to_sigma_event.ts";
import {
  type CorrelationInput,
  type CorrelationResult,
  type Correlator,
  newTally,
} from "../../sigma/engine.ts";
import { formatLastEventId } from "../../sse/last_event_id.ts";
import type { Log } from "../../store/log.ts";
import type { AlertToRaise } from "../raise_alerts.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";
import type { CountsToAdd } from "./counts.ts";
import { isPast } from "./past.ts";
import { skippedRanges } from "./skipped_ranges.ts";
import type { CollectorState, Pass } from "./state.ts";

/** A range that cannot be read holds windows open for this long, in milliseconds. */
const MAX_GAP_AGE_MS = 86_400_000;

/** How much of the log the events of one alert may take up, in UTF-16 units of JSON. */
const MAX_EVENTS_LENGTH = 400_000;

/** Where a match is in the log. */
export interface MatchPlace {
  /** Which table holds it. */
  readonly table: "events" | "invalid";
  /** Its row. */
  readonly seq: number;
  /** Which of its twins it is, from 1. */
  readonly occurrence: number;
}

/** What the correlations have found on one page. */
export interface Correlated {
  /** Alerts, which may have been raised before. */
  readonly alerts: readonly AlertToRaise[];
  /** Matches that were left out. */
  readonly counts: CountsToAdd;
  /** What a correlation threw; then there is nothing else, and its state is as before. */
  readonly faults: readonly unknown[];
}

/** A recorded event that satisfies rules. */
export interface MatchedEvent {
  /** What the rules have seen. */
  readonly event: SigmaEvent;
  /**
   * Its date in milliseconds since the Unix epoch; null where it has none: then it has no place in
   * time, and is only counted.
   */
  readonly at: number | null;
  /** The rules that it satisfies. */
  readonly matches: readonly EventMatch[];
  /** Where it is. */
  readonly place: MatchPlace;
}

/**
 * Collects what the events of one page mean to the correlations, event by event: a rule may match
 * every event, and most of those need not be kept until the page is complete.
 */
export class PageMatches {
  /** The correlations, if there are any. */
  readonly correlator: Correlator | undefined;
  /** How many events satisfy rules that correlations refer to, but have no date. */
  undated = 0;
  readonly #inputs: CorrelationInput[] = [];
  readonly #faults: unknown[] = [];

  /** @param correlator The correlations, if there are any. */
  constructor(correlator: Correlator | undefined) {
    this.correlator = correlator;
  }

  /** Takes in one event; if that fails, the correlations fail and not what records the event. */
  add({ event, at, matches, place }: MatchedEvent): void {
    if (this.correlator === undefined) return;
    const inputs = at === null ? [] : this.#inputs;
    try {
      this.correlator.collect({ event, time: at ?? 0, id: idOf(place) }, matches, inputs);
    } catch (fault) {
      this.#faults.push(fault);
    }
    if (at === null && inputs.length > 0) this.undated++;
  }

  /**
   * What has been collected.
   *
   * @throws {unknown} What the correlations threw, if they did.
   */
  get inputs(): readonly CorrelationInput[] {
    if (this.#faults.length > 0) throw this.#faults[0];
    return this.#inputs;
  }
}

/**
 * Evaluates the correlations on the matches of a page, in the transaction that records it.
 *
 * @param ports The log, and the source of its events.
 * @param page The matches.
 * @param read The state before the page, and the end of its pass.
 * @param now Milliseconds since the Unix epoch.
 * @param options Limits and times.
 * @returns What they have found.
 * @throws {unknown} What the database throws.
 */
export function correlatePage(
  { log, source }: Pick<WatchPorts, "log" | "source">,
  page: PageMatches,
  { state, pass }: { state: CollectorState; pass: Pick<Pass, "to"> },
  now: number,
  options: WatchOptions,
): Correlated {
  const { correlator, undated } = page;
  const { stateKeys = [], learnedKeys = [] } = correlator ?? {};
  const used = { stateKeys, learnedKeys, now };
  const { results, tally, ...failed } = log.correlate(used, (store) => {
    const watermark = completeUntil(state, now, options);
    if (correlator === undefined) {
      // What correlates later cannot say what was absent before.
      store.watermark = Math.max(store.watermark, watermark);
      return { results: [], tally: newTally() };
    }
    // It came from a clock that was ahead and has been set back.
    if (store.watermark > now) store.watermark = watermark;
    return correlator.correlate(store, page.inputs, watermark, skippedRanges(state));
  });
  return {
    alerts: results.map((result) => alertOf({ log, source }, result, state, pass, now, options)),
    counts: {
      matchesLate: tally.late,
      matchesIncomplete: undated + tally.ungrouped + tally.valueless,
      matchesDropped: tally.dropped,
    },
    faults: "fault" in failed ? [failed.fault] : [],
  };
}

/**
 * The time up to which every event is known: what has been read, without what later polls look at
 * again for late events, and only up to the first gap. A gap that could not be read within a day
 * counts as empty, since it may never be readable; what is found in it later counts as late.
 *
 * @param state The collector's state.
 * @param now Milliseconds since the Unix epoch.
 * @param options How far polls overlap.
 * @returns Milliseconds since the Unix epoch.
 */
export function completeUntil(
  { lowWater, backlog, skipped = [], readings }: CollectorState,
  now: number,
  { overlapMs }: Pick<WatchOptions, "overlapMs">,
): number {
  const unread = [...backlog.map(({ from }) => from), readings.backfill?.at ?? Infinity];
  const unreadable = [...skipped.map(({ from }) => from), readings.skipped?.at ?? Infinity]
    .filter((from) => from > now - MAX_GAP_AGE_MS);
  // What happened in the first millisecond of a gap is not known.
  return Math.min(lowWater - overlapMs, ...[...unread, ...unreadable].map((from) => from - 1));
}

function alertOf(
  { log, source }: Pick<WatchPorts, "log" | "source">,
  result: CorrelationResult,
  state: CollectorState,
  pass: Pick<Pass, "to">,
  now: number,
  options: WatchOptions,
): AlertToRaise {
  const { last, knownAt } = result;
  const places = shownEvents(result).map(placeOf).sort((a, b) => a.seq - b.seq);
  const { epoch } = log.head();
  const events: (AlertEvent & { readonly at: number })[] = [];
  let length = 0;
  for (const place of places) {
    const found = eventAt(log, place, epoch);
    if (found === undefined) continue; // retention has removed it
    length += found.length;
    if (events.length > 0 && length > MAX_EVENTS_LENGTH) break;
    events.push(found.event);
  }
  events.sort((a, b) => a.at - b.at);
  const backfilled = isPast(state, pass, last, now, options, Math.max(last, knownAt));
  const newest = places.findLast(({ table }) => table === "events");
  return {
    alert: toCorrelationAlert(result, {
      events: events.map(({ at: _, ...event }) => event),
      backfilled,
      source,
    }),
    eventSeq: newest?.seq ?? null,
    at: last,
    rule: result.document,
  };
}

/** One of the events behind a result, cut where it is very large. */
function eventAt(
  log: Log,
  { table, seq, occurrence }: MatchPlace,
  epoch: string,
): { event: AlertEvent & { at: number }; length: number } | undefined {
  const [row] = table === "events" ? log.eventsAfter(seq - 1, 1) : log.invalidEvents(seq - 1, 1);
  if (row?.seq !== seq) return undefined;
  const event = alertedForm(parsed(row.body));
  const id = table === "events" ? formatLastEventId({ epoch, seq }) : null;
  const at = "at" in row ? row.at ?? 0 : 0;
  return { event: { id, occurrence, event, at }, length: Math.min(row.body.length, 65_536) };
}

/** The body of an item that is not a valid event may have been cut. */
function parsed(body: string): object {
  try {
    return JSON.parse(body);
  } catch {
    return { _panoptes: { cut: body.slice(0, 1_000) } };
  }
}

/** Short, since each match that is remembered carries it. */
function idOf({ table, seq, occurrence }: MatchPlace): string {
  const row = table === "events" ? `${seq}` : `i${seq}`;
  return occurrence === 1 ? row : `${row}.${occurrence}`;
}

function placeOf(id: string): MatchPlace {
  const isInvalid = id.startsWith("i");
  const [seq, occurrence = 1] = id.slice(isInvalid ? 1 : 0).split(".").map(Number);
  return { table: isInvalid ? "invalid" : "events", seq: seq ?? 0, occurrence };
}
