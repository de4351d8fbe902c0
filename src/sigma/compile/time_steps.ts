import type { FieldSlot } from "../match/field_slot.ts";
import { compares, SIGNS } from "./comparison_steps.ts";
import { timeOf } from "./time_of.ts";
import type { ValueTest } from "./value_test.ts";
import { type Comparison, ItemError, rawValue, type Step, type TimePart } from "./work.ts";

const DAY_MS = 86_400_000;

/** What each part may be, and how it is read from a date in UTC. */
const PARTS: Readonly<
  Record<TimePart, { least: number; most: number; of: (date: Date) => number }>
> = {
  minute: { least: 0, most: 59, of: (date) => date.getUTCMinutes() },
  hour: { least: 0, most: 23, of: (date) => date.getUTCHours() },
  day: { least: 1, most: 31, of: (date) => date.getUTCDate() },
  week: { least: 1, most: 53, of: isoWeek },
  month: { least: 1, most: 12, of: (date) => date.getUTCMonth() + 1 },
  year: { least: 0, most: 9999, of: (date) => date.getUTCFullYear() },
};

/** `minute`, `hour`, `day`, `week`, `month`, `year`: a part of the date in the field, in UTC. */
export const timeStep: Step = (work, context) => {
  const part = context.modifier as TimePart;
  const raw = rawValue(work, context);
  const { least, most } = PARTS[part];
  if (typeof raw !== "number" || !Number.isInteger(raw) || raw < least || raw > most) {
    const message = `The modifier '${part}' needs a whole number from ${least} to ${most}`;
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

/** Weeks as ISO 8601 counts them: the first one holds the year's first Thursday. */
function isoWeek(date: Date): number {
  const day = Math.floor(date.getTime() / DAY_MS);
  const weekday = ((day + 3) % 7 + 7) % 7; // Monday is 0; the first of January 1970 was a Thursday
  const thursday = day - weekday + 3;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  return Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
}
