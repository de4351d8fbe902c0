import { type Clock, systemClock, wholeSecond } from "../../stream/clock.ts";
import { DEFAULT_BASE_URL, parseBaseUrl } from "../page/base_url.ts";
import { type Checkpoint, readCheckpoint } from "./checkpoint.ts";
import { firstPageUrl } from "../page/first_page_url.ts";
import { parseDate } from "../event/parse_date.ts";
import { parseWindow } from "./parse_window.ts";
import { sharedBudget } from "../page/shared_budget.ts";
import { checkToken } from "../page/request_page.ts";
import type { StreamUserEventsOptions } from "./stream_user_events_options.ts";

/** How late an event may appear, unless the caller says otherwise, in milliseconds. */
export const OVERLAP_MS = 15 * 60 * 1_000;

const DEFAULT_WINDOW = "24h";
const FOLLOW_MS = 30_000;
const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1_000;
const SORT_LIMIT = 20_000;
const MEMORY_LIMIT = 50_000;

/** A range of dates, both ends inclusive, in milliseconds since the Unix epoch. */
export interface DateRange {
  /** The first instant in the range. */
  start: number;
  /** The last instant in the range. */
  end: number;
}

/** The options of a stream, checked, with its range as dates: relative ones are resolved once. */
export interface StreamPlan {
  /** The options of the caller, with its defaults for requests. */
  readonly options: StreamUserEventsOptions;
  /** Which log is read, as a URL without a range. */
  readonly log: string;
  /** The range of the first pass; `undefined` only if a cursor determines it. */
  readonly range: DateRange | undefined;
  /** Whether events come sorted, so that there are checkpoints. */
  readonly sorted: boolean;
  /** Where an earlier stream ended, if this one continues it. */
  readonly from: Checkpoint | undefined;
  /** Milliseconds between two passes; `undefined` if there is only one pass. */
  readonly followMs: number | undefined;
  readonly overlapMs: number;
  readonly sortLimit: number;
  readonly memoryLimit: number;
  readonly clock: Clock;
}

/**
 * Checks the options of a stream.
 *
 * @param options The options of the caller.
 * @throws {TypeError} If options cannot be combined, or one is invalid.
 * @throws {RangeError} If a number or the range is out of bounds.
 * @throws {SyntaxError} If a date or the window is invalid.
 */
export function planStream(options: StreamUserEventsOptions): StreamPlan {
  const { token, startDate, endDate, window, cursor, from, follow = false } = options;
  const { order = follow !== false || from !== undefined ? "oldest" : "as-sent" } = options;
  if (typeof token !== "function") checkToken(token);
  const baseUrl = parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
  if (options.aid === "") throw new TypeError("Cannot list audit events: aid is empty");
  if (window !== undefined && startDate !== undefined) throw conflict("window", "startDate");
  if (window !== undefined && endDate !== undefined) throw conflict("window", "endDate");
  if (endDate !== undefined && startDate === undefined && from === undefined) {
    throw new TypeError("Cannot list audit events: endDate requires startDate or from");
  }
  for (const [name, other] of Object.entries({ window, startDate, cursor })) {
    if (from !== undefined && other !== undefined) throw conflict("from", name);
  }
  if (follow !== false && endDate !== undefined) throw conflict("follow", "endDate");
  if (follow !== false && cursor !== undefined) throw conflict("follow", "cursor");
  if (order === "oldest" && cursor !== undefined) throw conflict('order "oldest"', "cursor");
  if (order === "as-sent" && follow !== false) throw conflict('order "as-sent"', "follow");
  if (order === "as-sent" && from !== undefined) throw conflict('order "as-sent"', "from");
  if (order !== "oldest" && order !== "as-sent") {
    throw new TypeError(`Cannot list audit events: order is "${order}"`);
  }
  const clock = options.clock ?? systemClock;
  const unbounded = cursor !== undefined && window === undefined && startDate === undefined;
  const { aid, useAllPermittedAids } = options;
  // A stream with `useAllPermittedAids: false` reads the same log as one without it.
  const log = firstPageUrl(baseUrl, { aid, useAllPermittedAids: useAllPermittedAids || undefined })
    .href;
  const checkpoint = from === undefined ? undefined : readCheckpoint(from, log);
  const giveUpAfterMs = positive("giveUpAfter", options.giveUpAfter ?? GIVE_UP_AFTER_MS);
  return {
    options: {
      ...options,
      budget: options.budget ?? sharedBudget(token, log),
      ...(follow !== false && {
        retry: { attempts: Infinity, giveUpAfterMs, ...options.retry },
      }),
    },
    log,
    clock,
    sorted: order === "oldest",
    from: checkpoint,
    range: unbounded ? undefined : rangeOf(options, clock.now(), checkpoint),
    followMs: follow === false
      ? undefined
      : positive("follow", follow === true ? FOLLOW_MS : follow),
    overlapMs: options.overlap === 0 ? 0 : positive("overlap", options.overlap ?? OVERLAP_MS),
    sortLimit: positive("sortLimit", options.sortLimit ?? SORT_LIMIT),
    memoryLimit: positive("memoryLimit", options.memoryLimit ?? MEMORY_LIMIT),
  };
}

/**
 * In whole seconds, as requests are; a fraction at the start is rounded down, to the wider range.
 */
function rangeOf(
  options: StreamUserEventsOptions,
  now: number,
  from: Checkpoint | undefined,
): DateRange {
  const { startDate, endDate, window = DEFAULT_WINDOW } = options;
  const end = wholeSecond(endDate === undefined ? now : dateOf("endDate", endDate));
  // The clock may have been set back since.
  if (from !== undefined) return { start: from.next, end: Math.max(from.next, end) };
  const start = startDate === undefined
    ? end - positive("window", parseWindow(window))
    : wholeSecond(dateOf("startDate", startDate));
  if (start < 0) throw new RangeError("Cannot list audit events: the range begins before 1970");
  if (start > end) {
    throw new RangeError(
      `Cannot list audit events: the range ends before it begins: ${new Date(start).toISOString()}`,
    );
  }
  return { start, end };
}

function dateOf(name: string, date: string | Date): number {
  const ms = typeof date === "string" ? parseDate(date) : date.getTime();
  if (ms === undefined || Number.isNaN(ms)) {
    throw new SyntaxError(`Cannot list audit events: ${name} is not a date: "${date}"`);
  }
  return ms;
}

function positive(name: string, value: number): number {
  if (!(value > 0)) {
    throw new RangeError(`Cannot list audit events: ${name} is not positive: ${value}`);
  }
  return value;
}

function conflict(one: string, other: string): TypeError {
  return new TypeError(`Cannot list audit events: ${one} and ${other} cannot be combined`);
}
