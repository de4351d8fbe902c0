import { oneLine } from "../../stream/plain_text.ts";
import { wholeSecond } from "../../stream/clock.ts";
import type { WatchOptions } from "../watch_options.ts";
import { addCounts, type CountsToAdd } from "./counts.ts";
import { type Diagnosis, type Failure, fault, MATCH_FAILED, nextFailure } from "./failure.ts";
import type { PlannedRead } from "./plan.ts";
import { restartSlice } from "./restart.ts";
import type { PageEnd } from "./seams.ts";
import {
  type Checks,
  type CollectorState,
  freshPass,
  leaveSlice,
  MIN_SLICE_MS,
  NO_DATE,
  type Pass,
  type ReadingKind,
  sliceMsOf,
  withReading,
} from "./state.ts";

/** What became of a page, as far as the next step depends on it. */
export interface PageFacts {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Where the next page is; null if this was the last. */
  readonly next: string | null;
  /** What is wrong with the link to the next page, if the pass cannot be read to its end. */
  readonly refusal: Diagnosis | undefined;
  /** The events on the page, invalid ones included. */
  readonly events: number;
  /**
   * The date of the last event on the page, in milliseconds since the Unix epoch, if it is older than
   * the first one: how far back the pass has come.
   */
  readonly reached: number | undefined;
  /** How the last page with events ended, this one included. */
  readonly end: PageEnd | undefined;
  /** Twins that this pass has held so far, this page included. */
  readonly held: number;
  /** The dates of those on this page; `NO_DATE` for one without a date. */
  readonly heldDates: readonly number[];
  /** What rules threw, once for each event on which one failed. */
  readonly faults: readonly unknown[];
  /** What else has been counted on this page. */
  readonly counts: CountsToAdd;
  /** Chance in [0, 1). */
  readonly random: () => number;
}

/**
 * How often a range is read again for held twins. A true twin needs one more pass; what is new
 * every time are shifting pages, and a true twin among them is found by the next pass over its
 * date.
 */
const MAX_ROUNDS = 4;
/**
 * With more dates of held twins than this, the whole slice is read again instead of each of them:
 * the state has to stay small. Where cursors are inclusive there is one date for each page.
 */
const MAX_CHECKS = 1_000;

/** The next slice is half as long after one with more pages than this, ... */
const MAX_SLICE_PAGES = 8;
/** ... twice as long after one with no more than these, ... */
const MIN_SLICE_PAGES = 2;
/** ... but never longer than this, in milliseconds. */
const MAX_SLICE_MS = 30 * 86_400_000;
/** An API that refuses a longer range than this, in milliseconds, may accept shorter ones. */
const LONG_SLICE_MS = 3_600_000;
/** After more consecutive pages without an event than this, the pages are taken to be endless. */
const MAX_EMPTY_PAGES = 100;
/** Once a pass has read this share of `maxPassEvents`, it forecasts how many its slice holds, ... */
const FORECAST_SHARE = 0.1;
/** ... and the slice is cut at once if these are more than this many times `maxPassEvents`. */
const FORECAST_EXCESS = 2;
/** A slice that cannot be any shorter may have this many times the pages and events of others. */
const ONE_SECOND_ALLOWANCE = 20;
/** How long a failure of a rule stays visible after it last occurred, in milliseconds. */
const RULE_FAULT_SHOWN_MS = 24 * 3_600_000;

/**
 * The state after a page has been recorded; it is saved in the same transaction.
 *
 * @param read The reading that the page belongs to, as it was planned.
 * @param facts What became of the page.
 * @param options Limits and times.
 * @returns The state.
 */
export function afterPage(
  read: PlannedRead,
  facts: PageFacts,
  options: WatchOptions,
): CollectorState {
  const { state, kind } = read;
  const { next, refusal, events, end, faults, now, random } = facts;
  const counted: CollectorState = {
    ...state,
    counts: addCounts(state.counts, { ...facts.counts, unmatched: faults.length, pages: 1 }),
    failures: withoutRecovered(withRuleFaults(state.failures, faults, now), kind),
  };
  const reading = { ...read.reading, events: (read.reading.events ?? 0) + events };
  const after = { ...read, reading, state: counted };
  if (refusal !== undefined) return restartSlice(after, refusal, now, random);
  const { pass } = reading;
  const dates = [...new Set([...pass.dates, ...facts.heldDates])].slice(0, MAX_CHECKS + 1);
  if (next === null) return endPass(after, { ...pass, dates }, facts, options);
  const longer: Pass = {
    ...pass,
    dates,
    url: next,
    pages: pass.pages + 1,
    events: pass.events + events,
    empty: events === 0 ? pass.empty + 1 : 0,
    ...(end !== undefined && { end }),
  };
  const excess = excessOf(longer, facts.reached, options);
  return excess === undefined
    ? withReading(counted, kind, { ...reading, pass: longer })
    : restartSlice(after, excess, now, random);
}

/**
 * The state after a request has failed.
 *
 * @param read The reading that made the request, as it was planned.
 * @param diagnosis What the failure means.
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1).
 * @returns The state.
 */
export function afterFailure(
  read: PlannedRead,
  diagnosis: Diagnosis,
  now: number,
  random: () => number,
): CollectorState {
  const { state, kind, reading: { pass } } = read;
  const { remedy, isSource } = diagnosis;
  // The range may be longer than the API accepts.
  const isTooLong = remedy === "slow" && !isSource && pass.to - pass.from > LONG_SLICE_MS;
  if (remedy === "restart" || remedy === "narrow" || isTooLong) {
    return restartSlice(read, diagnosis, now, random);
  }
  const place = isSource ? "source" : kind;
  const failure = nextFailure(state.failures[place], diagnosis, now, random);
  return {
    ...state,
    counts: addCounts(state.counts, { failures: 1 }),
    failures: { ...state.failures, [place]: failure },
  };
}

/** A page that was read ends most failures; a bad link is overcome only at the end of the slice. */
function withoutRecovered(
  failures: CollectorState["failures"],
  kind: ReadingKind,
): CollectorState["failures"] {
  const { source: _, [kind]: own, ...others } = failures;
  const stays = own !== undefined && (own.remedy === "restart" || own.remedy === "narrow");
  return stays ? { ...others, [kind]: own } : others;
}

function withRuleFaults(
  failures: CollectorState["failures"],
  faults: readonly unknown[],
  now: number,
): CollectorState["failures"] {
  const { rules: before, ...others } = failures;
  const rules = ruleFailure(before, faults, now);
  if (rules === before) return failures;
  return rules === undefined ? others : { ...others, rules };
}

/**
 * Adds rules that failed on an event; the failure goes when none has failed for a day.
 *
 * @param before The failure so far.
 * @param faults What rules threw.
 * @param now Milliseconds since the Unix epoch.
 * @returns The failure; undefined if there is none.
 */
export function ruleFailure(
  before: Failure | undefined,
  faults: readonly unknown[],
  now: number,
): Failure | undefined {
  if (faults.length === 0) {
    return before === undefined || now < before.retryAt ? before : undefined;
  }
  const last = faults.at(-1);
  const message = last instanceof Error ? last.message : String(last);
  return {
    code: MATCH_FAILED,
    status: null,
    message: `Cannot match an event: ${oneLine(message)}`,
    since: before?.since ?? now,
    count: (before?.count ?? 0) + faults.length,
    retryAt: now + RULE_FAULT_SHOWN_MS,
    remedy: "slow",
  };
}

/** After the last page: held twins are read once more, and then the slice ends. */
function endPass(
  read: PlannedRead,
  pass: Pass,
  { held, now }: PageFacts,
  options: WatchOptions,
): CollectorState {
  const { state, kind, reading } = read;
  const { checks } = reading;
  if (held > 0 && pass.round < MAX_ROUNDS) {
    const { dates } = pass;
    if (checks === null && dates.length <= MAX_CHECKS && !dates.includes(NO_DATE)) {
      const { id, from, to, pages } = pass;
      const toCheck = { pass: id, dates, slice: { from, to, pages } };
      return withReading(state, kind, { ...reading, pass: null, checks: toCheck });
    }
    const again = { ...freshPass(state.nextPass, pass), confirms: pass.id, round: pass.round + 1 };
    const next = { ...state, nextPass: state.nextPass + 1 };
    return withReading(next, kind, { ...reading, pass: again });
  }
  if (checks === null) return endSlice(read, pass, now, options);
  const [, ...left] = checks.dates;
  return left.length > 0
    ? withReading(state, kind, { ...reading, pass: null, checks: { ...checks, dates: left } })
    : endSlice(read, checks.slice, now, options);
}

function endSlice(
  { state: before, kind, reading }: PlannedRead,
  slice: Checks["slice"],
  now: number,
  options: WatchOptions,
): CollectorState {
  const { [kind]: _, ...failures } = before.failures;
  const state: CollectorState = {
    ...before,
    failures,
    counts: addCounts(before.counts, { passes: 1 }),
    sliceMs: { ...before.sliceMs, [kind]: adaptedSliceMs(sliceMsOf(before, kind), slice) },
  };
  const nextPollAt = Math.max(now, reading.startedAt + options.pollMs);
  return leaveSlice(state, kind, reading, { to: slice.to, now, nextPollAt });
}

/**
 * Whether a pass is too large, or is going to be: reading all that a pass may count, and then
 * starting again, would waste a minute of requests.
 */
function excessOf(
  { from, to, pages, events, empty }: Pass,
  reached: number | undefined,
  { maxPages, maxPassEvents }: WatchOptions,
): Diagnosis | undefined {
  const isLong = to - from > MIN_SLICE_MS;
  const allowance = isLong ? 1 : ONE_SECOND_ALLOWANCE;
  const canForecast = isLong && reached !== undefined && reached < to &&
    events >= maxPassEvents * FORECAST_SHARE;
  const forecast = canForecast ? events * (to - from) / (to - reached) : 0;
  if (empty > MAX_EMPTY_PAGES || pages >= maxPages * allowance) {
    return fault("too_many_pages", "narrow", "the pages do not end");
  }
  if (events > maxPassEvents * allowance || forecast > maxPassEvents * FORECAST_EXCESS) {
    return fault(
      "too_many_events",
      "narrow",
      "the range holds more events than one pass may count",
    );
  }
  return undefined;
}

function adaptedSliceMs(sliceMs: number, { from, to, pages }: Checks["slice"]): number {
  if (pages + 1 > MAX_SLICE_PAGES) return Math.max(MIN_SLICE_MS, sliceMs / 2);
  const isFull = to - from >= wholeSecond(sliceMs);
  return isFull && pages + 1 <= MIN_SLICE_PAGES ? Math.min(MAX_SLICE_MS, sliceMs * 2) : sliceMs;
}
