const DATE =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** Numbers above these count smaller units than seconds: milliseconds, microseconds, nanoseconds. */
const UNITS: readonly (readonly [above: number, perMs: number])[] = [
  [1e17, 1e6],
  [1e14, 1e3],
  [1e11, 1],
];

/**
 * The time that a text stands for: RFC 3339, `YYYY-MM-DD HH:MM:SS` and `YYYY-MM-DD` as UTC, or a Unix
 * time in seconds, milliseconds, microseconds or nanoseconds, told apart by size.
 *
 * @param text A field's text.
 * @returns Milliseconds since 1970, or undefined when it is no date.
 */
export function timeOf(text: string): number | undefined {
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
