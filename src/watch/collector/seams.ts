import { hashText } from "../../store/hash_text.ts";
import { identityOf } from "../../thousandeyes/event/event_identity.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";

/** How a page ended, to compare the next one with. */
export interface PageEnd {
  /** A hash of its last event. */
  readonly last: number;
  /** A hash of the event before that; null if there was none. */
  readonly before: number | null;
  /** How many items it had, including those that are not valid events. */
  readonly items: number;
  /** Whether any of them was new to the log. */
  readonly isNew: boolean;
}

/**
 * What the seams between pages have told about the API lately. Where cursors are inclusive, each
 * page begins with the last event of the one before.
 */
export interface Seams {
  /** How many pages began with an event that equals the last one of the page before. */
  readonly again: number;
  /** How many began with another one. */
  readonly anew: number;
  /** The items of the largest page. */
  readonly largest: number;
}

/** After so many seams, those before count half. */
const MAX_SEAMS = 100;
/** No API has smaller pages. */
const MIN_LARGEST = 2;
/** By so many more pages must repeat an event than not, before they could not all be true twins. */
const MIN_AGAIN = 6;

/**
 * Nothing learnt yet.
 *
 * @returns No seams.
 */
export function noSeams(): Seams {
  return { again: 0, anew: 0, largest: MIN_LARGEST };
}

/**
 * Whether a page begins with an event that equals the last one of the page before.
 *
 * @param end How the page before ended; undefined if this is the first.
 * @param events The events of the page, in the order of the API.
 */
export function beginsAgain(
  end: PageEnd | undefined,
  [first]: readonly UserEvent[],
): end is PageEnd {
  return end !== undefined && first !== undefined && end.last === hashOf(first);
}

/**
 * Whether such an event is the same row shown again, and not a twin of it, as far as anybody can
 * tell: the API begins its pages so, or the page before had room left for a twin.
 *
 * @param seams What seams have told so far.
 * @param end How the page before ended.
 */
export function isShownAgain({ again, anew, largest }: Seams, end: PageEnd): boolean {
  return again >= anew + MIN_AGAIN || (again >= anew && end.items < largest);
}

/**
 * How a page ends.
 *
 * @param events The events of the page, in the order of the API.
 * @param items How many items it had, including those that are not valid events.
 * @param isNew Whether any of its events was new to the log.
 * @returns The end; undefined for a page without events.
 */
export function endOf(
  events: readonly UserEvent[],
  items: number,
  isNew: boolean,
): PageEnd | undefined {
  const last = events.at(-1);
  if (last === undefined) return undefined;
  const before = events.at(-2);
  return {
    last: hashOf(last),
    before: before === undefined ? null : hashOf(before),
    items,
    isNew,
  };
}

/**
 * Learns from a seam. One that was seen before, in a range that is read again, tells nothing new;
 * nor do many equal events in a row, of which the next page shows one in any case.
 *
 * @param seams What seams have told so far.
 * @param end How the page before ended; undefined if this page is the first.
 * @param events The events of the page, in the order of the API.
 * @param items How many items it had, including those that are not valid events.
 * @param isNew Whether any of its events was new to the log.
 * @returns What they have told with this one.
 */
export function withSeam(
  seams: Seams,
  end: PageEnd | undefined,
  events: readonly UserEvent[],
  items: number,
  isNew: boolean,
): Seams {
  const { again, anew } = seams;
  const largest = Math.max(seams.largest, items);
  const isAgain = beginsAgain(end, events);
  const isFirst = end === undefined || events.length === 0;
  if (isFirst || !(end.isNew || isNew) || (isAgain && isInRow(end, events[1]))) {
    return { again, anew, largest };
  }
  const kept = again + anew < MAX_SEAMS ? 1 : 0.5;
  return {
    again: again * kept + (isAgain ? 1 : 0),
    anew: anew * kept + (isAgain ? 0 : 1),
    largest,
  };
}

/** Whether more equal events surround the seam, or nothing does that could tell. */
function isInRow({ last, before }: PageEnd, second: UserEvent | undefined): boolean {
  const after = second === undefined ? null : hashOf(second);
  return before === last || after === last || (before === null && after === null);
}

function hashOf(event: UserEvent): number {
  return hashText(identityOf(event));
}
