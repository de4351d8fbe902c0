import { wholeSecond } from "../../stream/clock.ts";
import { addCounts } from "./counts.ts";
import {
  type Checks,
  type CollectorState,
  NO_DATE,
  type Pass,
  type Reading,
  type ReadingKind,
  sliceOf,
} from "./state.ts";
import { type Diagnosis, fault, nextFailure } from "./failure.ts";
import { freshPass } from "./fresh_pass.ts";
import { nextSlice } from "./next_slice.ts";
import { restartSlice } from "./restart.ts";
import { SHORTEST_SLICE_MS } from "./shortest_slice.ts";
import type { WatchOptions } from "../watch_options.ts";

/** What became of a page, as far as the next step depends on it. */
export interface PageFacts {
  /** Milliseconds since the Unix epoch. */
  readonly now: number;
  /** Where the next page is; null if this was the last. */
  readonly next: string | null;
  /** What is wrong with the way to the next page: the pass cannot be read to its end. */
  readonly refusal: Diagnosis | undefined;
  /** The events on the page, invalid ones included. */
  readonly events: number;
  /** Twins that this pass has held so far, this page included. */
  readonly held: number;
  /** The dates of those on this page; `NO_DATE` for one without a date. */
  readonly heldDates: readonly number[];
  /** What has been counted on this page. */
  readonly counts: Parameters<typeof addCounts>[1];
  /** Chance in [0, 1). */
  readonly random: () => number;
}

/**
 * So often a range is read again for twins that were held. A true twin needs one more time; what is new each time are pages
 * that shift, and if a true one is among them, the next pass over its date finds it.
 */
const MOST_ROUNDS = 4;
/** Above so many dates the whole slice is read again instead of each of them. */
const MOST_CHECKS = 20;

/** Slices longer than so many pages are halved for the next time, shorter ones doubled. */
const MOST_PAGES_OF_A_SLICE = 8;
const FEW_PAGES_OF_A_SLICE = 2;
const LONGEST_SLICE_MS = 30 * 86_400_000;
/** An API that refuses a range of so long takes shorter ones, perhaps. */
const LONG_SLICE_MS = 3_600_000;
/** An API that goes on for so many pages without an event will not end. */
const MOST_EMPTY_PAGES = 100;
/** What cannot be cut any shorter may be so many times longer. */
const ONE_SECOND_ALLOWANCE = 20;

/**
 * The state after a page has been recorded; it is saved in the same transaction.
 *
 * @param state The state as it was planned, its pass open.
 * @param kind The reading that the page belongs to.
 * @param facts What became of the page.
 * @param options Limits and times.
 */
export function afterPage(
  state: CollectorState,
  kind: ReadingKind,
  facts: PageFacts,
  options: WatchOptions,
): CollectorState {
  const reading = state.readings[kind]!;
  const pass = reading.pass!;
  const counted: CollectorState = {
    ...state,
    counts: addCounts(state.counts, { ...facts.counts, pages: 1 }),
    failures: recovered(state, kind),
  };
  if (facts.refusal !== undefined) {
    return restartSlice(counted, kind, facts.refusal, facts.now, facts.random);
  }
  const dates = [...new Set([...pass.dates, ...facts.heldDates])].slice(0, MOST_CHECKS + 1);
  if (facts.next === null) {
    return endPass(counted, kind, { ...pass, dates }, facts, options);
  }
  const read: Pass = {
    ...pass,
    dates,
    url: facts.next,
    pages: pass.pages + 1,
    events: pass.events + facts.events,
    empty: facts.events === 0 ? pass.empty + 1 : 0,
  };
  const excess = excessOf(read, options);
  return excess === undefined
    ? withReading(counted, kind, { ...reading, pass: read })
    : restartSlice(counted, kind, excess, facts.now, facts.random);
}

/**
 * The state after a request has failed.
 *
 * @param state The state as it was planned, its pass open.
 * @param kind The reading that asked.
 * @param seen What the failure means.
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1).
 */
export function afterFailure(
  state: CollectorState,
  kind: ReadingKind,
  seen: Diagnosis,
  now: number,
  random: () => number,
): CollectorState {
  const counted = { ...state, counts: addCounts(state.counts, { failures: 1 }) };
  if (seen.remedy === "restart" || seen.remedy === "narrow") {
    return restartSlice(counted, kind, seen, now, random);
  }
  const place = seen.isSource ? "source" : kind;
  const failure = nextFailure(state.failures[place], seen, now, random);
  if (seen.remedy === "slow" && !seen.isSource && isLong(state.readings[kind]?.pass)) {
    return restartSlice(counted, kind, seen, now, random); // the range may be longer than the API takes
  }
  return { ...counted, failures: { ...counted.failures, [place]: failure } };
}

/** A page that was read ends what stood in its way; a bad link is overcome only at the end of the slice. */
function recovered({ failures }: CollectorState, kind: ReadingKind): CollectorState["failures"] {
  const { source: _, [kind]: own, ...others } = failures;
  const stays = own !== undefined && (own.remedy === "restart" || own.remedy === "narrow");
  return stays ? { ...others, [kind]: own } : others;
}

/** After the last page: twins that were held are looked at once more, and then the slice ends. */
function endPass(
  state: CollectorState,
  kind: ReadingKind,
  pass: Pass,
  { held, now }: PageFacts,
  options: WatchOptions,
): CollectorState {
  const reading = state.readings[kind]!;
  const { checks } = reading;
  if (held > 0 && pass.round < MOST_ROUNDS) {
    const { dates } = pass;
    if (checks === null && dates.length <= MOST_CHECKS && !dates.includes(NO_DATE)) {
      const { id, from, to, pages } = pass;
      const toCheck = { pass: id, dates, slice: { from, to, pages } };
      return withReading(state, kind, { ...reading, pass: null, checks: toCheck });
    }
    const again = { ...freshPass(state.nextPass, pass), confirms: pass.id, round: pass.round + 1 };
    const next = { ...state, nextPass: state.nextPass + 1 };
    return withReading(next, kind, { ...reading, pass: again });
  }
  if (checks === null) return endSlice(state, kind, reading, pass, now, options);
  const [, ...left] = checks.dates;
  return left.length > 0
    ? withReading(state, kind, { ...reading, pass: null, checks: { ...checks, dates: left } })
    : endSlice(state, kind, reading, checks.slice, now, options);
}

function endSlice(
  before: CollectorState,
  kind: ReadingKind,
  reading: Reading,
  pass: Checks["slice"],
  now: number,
  options: WatchOptions,
): CollectorState {
  const { [kind]: _, ...failures } = before.failures;
  const state: CollectorState = {
    ...before,
    failures,
    counts: addCounts(before.counts, { passes: 1 }),
    sliceMs: { ...before.sliceMs, [kind]: adapted(sliceOf(before, kind), pass) },
  };
  const nextPollAt = Math.max(now, reading.startedAt + options.pollMs);
  return nextSlice(state, kind, reading, { to: pass.to, now, nextPollAt });
}

function excessOf(
  { from, to, pages, events, empty }: Pass,
  { maxPages, maxPassEvents }: WatchOptions,
): Diagnosis | undefined {
  const allowance = to - from > SHORTEST_SLICE_MS ? 1 : ONE_SECOND_ALLOWANCE;
  if (empty > MOST_EMPTY_PAGES || pages >= maxPages * allowance) {
    return fault("too_many_pages", "narrow", "the pages do not end");
  }
  if (events > maxPassEvents * allowance) {
    return fault(
      "too_many_events",
      "narrow",
      "the range holds more events than one pass may count",
    );
  }
  return undefined;
}

function isLong(pass: Pass | null | undefined): boolean {
  return pass !== undefined && pass !== null && pass.to - pass.from > LONG_SLICE_MS;
}

function adapted(sliceMs: number, { from, to, pages }: Checks["slice"]): number {
  if (pages + 1 > MOST_PAGES_OF_A_SLICE) return Math.max(SHORTEST_SLICE_MS, sliceMs / 2);
  const isFull = to - from >= wholeSecond(sliceMs);
  return isFull && pages + 1 <= FEW_PAGES_OF_A_SLICE
    ? Math.min(LONGEST_SLICE_MS, sliceMs * 2)
    : sliceMs;
}

function withReading(state: CollectorState, kind: ReadingKind, reading: Reading): CollectorState {
  return { ...state, readings: { ...state.readings, [kind]: reading } };
}
