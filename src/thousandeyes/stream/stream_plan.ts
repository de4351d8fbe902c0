import { type Clock, systemClock, wholeSecond } from "../../stream/clock.ts";
import { DEFAULT_BASE_URL, parseBaseUrl } from "../page/base_url.ts";
import { parseDate } from "../event/parse_date.ts";
import { parseWindow } from "./parse_window.ts";
import { checkToken } from "../page/request_page.ts";
import type { StreamUserEventsOptions } from "./stream_user_events_options.ts";

const DEFAULT_WINDOW = "24h";
const FOLLOW_MS = 30_000;
const OVERLAP_MS = 15 * 60 * 1_000;
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
  /** The options of the caller. */
  readonly options: StreamUserEventsOptions;
  /** The range of the first pass; `undefined` only if a cursor determines it. */
  readonly range: DateRange | undefined;
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
  const { token, startDate, endDate, window, cursor, follow = false, order = "as-sent" } = options;
  if (typeof token !== "function") checkToken(token);
  parseBaseUrl(options.baseUrl ?? DEFAULT_BASE_URL);
  if (options.aid === "") throw new TypeError("Cannot list audit events: aid is empty");
  if (window !== undefined && startDate !== undefined) throw conflict("window", "startDate");
  if (window !== undefined && endDate !== undefined) throw conflict("window", "endDate");
  if (endDate !== undefined && startDate === undefined) {
    throw new TypeError("Cannot list audit events: endDate requires startDate");
  }
  if (follow !== false && endDate !== undefined) throw conflict("follow", "endDate");
  if (follow !== false && cursor !== undefined) throw conflict("follow", "cursor");
  if (order === "oldest" && cursor !== undefined) throw conflict('order "oldest"', "cursor");
  if (order !== "oldest" && order !== "as-sent") {
    throw new TypeError(`Cannot list audit events: order is "${order}"`);
  }
  const clock = options.clock ?? systemClock;
  const unbounded = cursor !== undefined && window === undefined && startDate === undefined;
  return {
    options,
    clock,
    range: unbounded ? undefined : rangeOf(options, clock.now()),
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
function rangeOf(options: StreamUserEventsOptions, now: number): DateRange {
  const { startDate, endDate, window = DEFAULT_WINDOW } = options;
  const end = wholeSecond(endDate === undefined ? now : dateOf("endDate", endDate));
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
  if (!(value > 0 && value <= Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`Cannot list audit events: ${name} is not positive: ${value}`);
  }
  return value;
}

function conflict(one: string, other: string): TypeError {
  return new TypeError(`Cannot list audit events: ${one} and ${other} cannot be combined`);
}
