const FORM =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):?(\d\d))?$/;
const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DAY_MS = 86_400_000;

/**
 * Parses a date of the API: any RFC 3339 form, the same with an offset like `+0000`, and API v6's
 * `YYYY-MM-DD HH:MM:SS`. A date without a zone is UTC.
 *
 * `Date.parse()` is not enough: it takes a missing zone for local time, and accepts many more
 * forms, which differ between runtimes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseDate } from "./parse_date.ts";
 *
 * assertEquals(parseDate("2022-07-17T22:00:54Z"), Date.UTC(2022, 6, 17, 22, 0, 54));
 * assertEquals(parseDate("2017-06-02 18:08:06"), Date.UTC(2017, 5, 2, 18, 8, 6));
 * assertEquals(parseDate("yesterday"), undefined);
 * ```
 *
 * @param text The date as the API wrote it.
 * @returns Milliseconds since the Unix epoch, finer fractions cut off; `undefined` if the date is
 * invalid.
 */
export function parseDate(text: string): number | undefined {
  return isUsual(text)
    ? instantOf(
      two(text, 0) * 100 + two(text, 2),
      two(text, 5),
      two(text, 8),
      two(text, 11),
      two(text, 14),
      two(text, 17),
    )
    : parseUnusual(text);
}

/**
 * The form of every date that the API was seen to send; reading it by position is ten times faster.
 */
function isUsual(text: string): boolean {
  return text.length === 20 && text[4] === "-" && text[7] === "-" && text[10] === "T" &&
    text[13] === ":" && text[16] === ":" && text[19] === "Z";
}

/** The number of two digits, or NaN. */
function two(text: string, index: number): number {
  const tens = text.charCodeAt(index) - 48;
  const ones = text.charCodeAt(index + 1) - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN;
}

function parseUnusual(text: string): number | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const numbers = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const at = instantOf(...numbers);
  const offsetHour = Number(parts[9] ?? 0);
  const offsetMinute = Number(parts[10] ?? 0);
  if (at === undefined || offsetHour > 23 || offsetMinute > 59) return undefined;
  const millisecond = Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3));
  return at + millisecond - (parts[8] === "-" ? -1 : 1) * (offsetHour * 60 + offsetMinute) * 60_000;
}

/**
 * Undefined if the date does not exist or a part is NaN; a leap second counts as the next second.
 */
function instantOf(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  const exists = year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(month, year) &&
    hour <= 23 && minute <= 59 && second <= 60;
  if (!exists) return undefined;
  return daysSinceEpoch(year, month, day) * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000;
}

function daysOf(month: number, year: number): number {
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return month === 2 && leap ? 29 : DAYS_OF_MONTH[month - 1]!;
}

/** Not `Date.UTC()`, which takes the years 0 to 99 for 1900 to 1999. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  // The year begins in March, so that the leap day is its last.
  const shifted = month > 2 ? year : year - 1;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return shifted * 365 + Math.floor(shifted / 4) - Math.floor(shifted / 100) +
    Math.floor(shifted / 400) + dayOfYear - 719_468;
}
