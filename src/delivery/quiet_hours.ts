import * as v from "valibot";
import type { AlertLevel } from "../alert/alert.ts";
import { AlertLevelSchema } from "../alert/alert_schema.ts";

/** The time of day when an endpoint is told only what cannot wait, as an operator configures it. */
export interface QuietHoursConfig {
  /** When it begins, such as `22:00`. */
  readonly from: string;
  /** When it ends, likewise; before `from` if that is on the next day. */
  readonly to: string;
  /** The IANA name of the time zone of both, such as `Europe/Vienna`; default `UTC`. */
  readonly timeZone?: string | undefined;
  /** The lowest level of alert that is sent all the same; default `critical`. */
  readonly minLevel?: AlertLevel | undefined;
}

/** Quiet hours, validated. */
export interface QuietHours {
  /** When they begin, in minutes after midnight. */
  readonly from: number;
  /** When they end, likewise. */
  readonly to: number;
  /** The lowest level of alert that is sent all the same. */
  readonly minLevel: AlertLevel;
  /** Tells the time of day where the people are. */
  readonly clock: Intl.DateTimeFormat;
}

const MINUTE = 60_000;
const DAY_MINUTES = 1_440;

const timeOfDay = v.pipe(
  v.string("must be a time of day such as 22:00"),
  v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day such as 22:00"),
  v.transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3))),
);

/** The quiet hours of an endpoint, for valibot. */
export const QuietHoursSchema: v.GenericSchema<QuietHoursConfig, QuietHours> = v.pipe(
  v.strictObject({
    from: timeOfDay,
    to: timeOfDay,
    timeZone: v.pipe(
      v.optional(v.string("must be a string"), "UTC"),
      v.check(
        (name) => clockOf(name) !== undefined,
        "must be the name of a time zone, such as Europe/Vienna",
      ),
    ),
    minLevel: v.optional(AlertLevelSchema, "critical"),
  }, "must be an object with from and to, and perhaps timeZone and minLevel"),
  v.check(({ from, to }) => from !== to, "must have different times as from and to"),
  v.transform(({ from, to, timeZone, minLevel }) => ({
    from,
    to,
    minLevel,
    clock: clockOf(timeZone) ?? new Intl.DateTimeFormat(),
  })),
);

/**
 * When quiet hours end that are in progress. Where the clocks change meanwhile, it is when the
 * clock on the wall says so.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parse } from "valibot";
 * import { quietUntil, QuietHoursSchema } from "./quiet_hours.ts";
 *
 * const night = parse(QuietHoursSchema, { from: "22:00", to: "06:00", timeZone: "Europe/Vienna" });
 * const at = (text: string) => Date.parse(text);
 * assertEquals(quietUntil(night, at("2026-11-22T21:00:00Z")), at("2026-11-23T05:00:00Z"));
 * assertEquals(quietUntil(night, at("2026-11-22T20:59:59Z")), undefined);
 * ```
 *
 * @param hours The quiet hours.
 * @param now The time, in milliseconds since the Unix epoch.
 * @returns Their end, likewise, to the minute; undefined if it is not quiet.
 */
export function quietUntil({ from, to, clock }: QuietHours, now: number): number | undefined {
  const wall = (at: number) => minuteOfDay(clock, at);
  const isQuiet = (at: number) => {
    const minute = wall(at);
    return from < to ? from <= minute && minute < to : from <= minute || minute < to;
  };
  const begun = Math.floor(now / MINUTE) * MINUTE;
  let end = begun;
  while (isQuiet(end)) {
    const minute = wall(end);
    // A step may not pass a change of the clocks: the end could be in the hour that is repeated or
    // left out.
    let step = (to - minute + DAY_MINUTES) % DAY_MINUTES;
    while (step > 1 && wall(end + step * MINUTE) !== (minute + step) % DAY_MINUTES) {
      step = Math.floor(step / 2);
    }
    end += step * MINUTE;
  }
  return end === begun ? undefined : end;
}

function clockOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
  } catch {
    return undefined;
  }
}

function minuteOfDay(clock: Intl.DateTimeFormat, at: number): number {
  const [hour = 0, minute = 0] = clock.format(at).split(":").map(Number);
  return hour * 60 + minute;
}
