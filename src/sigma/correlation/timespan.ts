/** The seconds of each unit of a timespan; the last three are not in the specification. */
export const TIMESPAN_UNITS: Readonly<Record<string, number>> = {
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  M: 2_629_746,
  y: 31_556_952,
};

/** The longest timespan in seconds: ten years of the longest unit. */
const MAX_SECONDS = 315_569_520;

/**
 * Reads a timespan such as `90m`.
 *
 * A month is 2,629,746 s and a year 31,556,952 s, their averages, as in pySigma.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseTimespan } from "./timespan.ts";
 *
 * assertEquals(parseTimespan("90m"), 5_400);
 * assertEquals(parseTimespan("1.5h"), undefined);
 * ```
 *
 * @param text A whole number and a unit: s, m, h, d, w, M or y.
 * @returns The seconds; undefined for anything else, zero, or more than ten years.
 */
export function parseTimespan(text: string): number | undefined {
  const [, count, unit = ""] = /^(\d{1,9})([smhdwMy])$/.exec(text) ?? [];
  const seconds = Number(count) * (TIMESPAN_UNITS[unit] ?? NaN);
  return seconds > 0 && seconds <= MAX_SECONDS ? seconds : undefined;
}
