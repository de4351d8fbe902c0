import type { FieldSlot } from "../../match/field_slot.ts";
import { compares, SIGNS } from "./comparison.ts";
import type { ValueTest } from "../value_test.ts";
import { ItemError } from "../../sigma_error.ts";
import { type Comparison, rawValue, type Step, type TimePart } from "../work.ts";

const DAY_MS = 86_400_000;

const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Numbers above these are nanoseconds, microseconds or milliseconds; smaller ones are seconds. */
const UNITS: readonly (readonly [above: number, perMs: number])[] = [
  [1e17, 1e6],
  [1e14, 1e3],
  [1e11, 1],
];

/** The range of each part, and how it is read from a date in UTC. */
const PARTS: Readonly<
  Record<TimePart, { min: number; max: number; of: (date: Date) => number }>
> = {
  minute: { min: 0, max: 59, of: (date) => date.getUTCMinutes() },
  hour: { min: 0, max: 23, of: (date) => date.getUTCHours() },
  day: { min: 1, max: 31, of: (date) => date.getUTCDate() },
  week: { min: 1, max: 53, of: isoWeek },
  month: { min: 1, max: 12, of: (date) => date.getUTCMonth() + 1 },
  year: { min: 0, max: 9999, of: (date) => date.getUTCFullYear() },
};

/** `minute`, `hour`, `day`, `week`, `month`, `year`: a part of the field's date, in UTC. */
export const timeStep: Step = (work, context) => {
  const part = context.modifier as TimePart;
  const raw = rawValue(work, context);
  const { min, max } = PARTS[part];
  if (typeof raw !== "number" || !Number.isInteger(raw) || raw < min || raw > max) {
    const message = `The modifier '${part}' requires a whole number from ${min} to ${max}`;
    throw new ItemError("value-type", message);
  }
  return { kind: "time", part, comparison: "eq", wanted: raw };
};

/** Compiles a part of a date to a test. */
export function timeTest(part: TimePart, comparison: Comparison, wanted: number): ValueTest {
  return {
    says: `has a date whose ${part} ${
      comparison === "eq" ? "is" : `is ${SIGNS[comparison]}`
    } ${wanted} (UTC)`,
    needs: [[{ kind: "present" }]],
    find: (slot) => findTime(slot, part, comparison, wanted),
  };
}

function findTime(slot: FieldSlot, part: TimePart, comparison: Comparison, wanted: number): number {
  for (let index = 0; index < slot.count; index++) {
    const time = timeOf(slot.texts[index]!);
    if (time === undefined) continue;
    if (compares(PARTS[part].of(new Date(time)), comparison, wanted)) return index;
  }
  return -1;
}

/** Weeks as ISO 8601 counts them: the first one contains the first Thursday of the year. */
function isoWeek(date: Date): number {
  const day = Math.floor(date.getTime() / DAY_MS);
  const weekday = ((day + 3) % 7 + 7) % 7; // Monday is 0; the first of January 1970 was a Thursday
  const thursday = day - weekday + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  return Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
}

/**
 * The time that a string represents: RFC 3339; `YYYY-MM-DD HH:MM:SS` and `YYYY-MM-DD` as UTC; or a
 * Unix time in seconds, milliseconds, microseconds or nanoseconds, depending on its size.
 *
 * @param text The string of a field.
 * @returns Milliseconds since 1970, or undefined if it is not a date.
 */
function timeOf(text: string): number | undefined {
  if (text.length < 9 || text.length > 40) return undefined;
  const found = DATE.exec(text);
  if (!found) return unixTime(text);
  const [, year, month, day, hour = "0", minute = "0", second = "0", , zone = "Z"] = found;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day));
  if (new Date(date).getUTCDate() !== Number(day) || Number(month) > 12) return undefined;
  if (Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const time = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  return date + time * 1000 - offsetMs(zone);
}

function offsetMs(zone: string): number {
  if (zone === "Z" || zone === "z") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone[0] === "-" ? -minutes : minutes) * 60_000;
}

function unixTime(text: string): number | undefined {
  if (!/^\d{9,19}(?:\.\d+)?$/.test(text)) return undefined;
  const number = Number(text);
  const unit = UNITS.find(([above]) => number > above);
  return unit ? number / unit[1] : number * 1000;
}
