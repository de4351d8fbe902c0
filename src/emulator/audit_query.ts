import { wholeSecond } from "../stream/clock.ts";
import { type Cursor, decodeCursor } from "./cursor.ts";

/** The query of a request, resolved. */
export interface AuditQuery {
  readonly aid: string | undefined;
  readonly useAllPermittedAids: boolean;
  readonly max: number | undefined;
  readonly cursor: Cursor | undefined;
  readonly range: AuditRange | undefined;
}

/** A range of dates, both ends inclusive, in milliseconds. */
export interface AuditRange {
  readonly from: number;
  readonly to: number;
  /** Whether `window` or `endDate` was sent; only then does the body name an end. */
  readonly endAsked: boolean;
}

/** Why the response to a query is a 400. */
export interface QueryProblem {
  readonly field: string;
  readonly message: string;
}

const UNIT_MS = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 } as const;

// RFC 3339, and what SDKs were seen to send: no colon in the offset, a space for the T, no zone.
const DATE =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(?:(Z)|([+ -])(\d{2}):?(\d{2}))?$/i;

/**
 * Parses the query of an audit request. Unknown parameters are ignored, as the API seems to do.
 *
 * @param query The parameters of the request; the first of a repeated one counts.
 * @param now The end of a `window`, in milliseconds since the Unix epoch.
 * @returns The query, or what is wrong with it.
 */
export function parseAuditQuery(query: URLSearchParams, now: number): AuditQuery | QueryProblem {
  const aid = query.get("aid") ?? undefined;
  if (aid !== undefined && !/^\d{1,18}$/.test(aid)) return { field: "aid", message: "Invalid aid" };

  // One known client sends True.
  const all = query.get("useAllPermittedAids")?.toLowerCase() ?? "false";
  if (all !== "true" && all !== "false") {
    return { field: "useAllPermittedAids", message: "Must be true or false" };
  }

  const maxText = query.get("max");
  if (maxText !== null && !/^[1-9]\d{0,8}$/.test(maxText)) {
    return { field: "max", message: "Must be a number from 1" };
  }

  const cursorText = query.get("cursor");
  const cursor = cursorText === null ? undefined : decodeCursor(cursorText);
  if (cursorText !== null && cursor === undefined) {
    return { field: "cursor", message: "Failed to deserialize cursor" };
  }

  const range = parseRange(query, wholeSecond(now));
  if (range !== undefined && "field" in range) return range;
  return {
    aid,
    useAllPermittedAids: all === "true",
    max: maxText === null ? undefined : Number(maxText),
    cursor,
    range,
  };
}

function parseRange(query: URLSearchParams, now: number): AuditRange | QueryProblem | undefined {
  const window = query.get("window");
  const start = query.get("startDate");
  const end = query.get("endDate");
  if (window !== null) {
    if (start !== null || end !== null) {
      return { field: "window", message: "window and startDate/endDate exclude each other" };
    }
    const found = /^(\d+)([smhdw])?$/.exec(window);
    if (found === null) return { field: "window", message: "Must match ^\\d+(?:[smhdw]{1})?$" };
    const unit = UNIT_MS[(found[2] ?? "s") as keyof typeof UNIT_MS];
    return { from: Math.max(now - Number(found[1]) * unit, 0), to: now, endAsked: true };
  }
  if (start === null) {
    return end === null ? undefined : { field: "endDate", message: "endDate needs startDate" };
  }
  const from = parseApiDate(start);
  if (from === undefined) return { field: "startDate", message: "Must be an ISO 8601 date" };
  const to = end === null ? now : parseApiDate(end);
  if (to === undefined) return { field: "endDate", message: "Must be an ISO 8601 date" };
  if (from > to && end !== null) {
    return { field: "startDate", message: "startDate is after endDate" };
  }
  // In whole seconds, as in links, or the range would move between pages.
  return {
    from: Math.ceil(from / 1e3) * 1e3,
    to: wholeSecond(to),
    endAsked: end !== null,
  };
}

/**
 * Parses a date in any form that clients were seen to send.
 *
 * @param text RFC 3339, also with a space for the `T`, an offset without a colon, or no zone (UTC).
 * @returns Milliseconds since the Unix epoch, or `undefined` if the date is invalid.
 */
export function parseApiDate(text: string): number | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, day, time, fraction = "", , sign, hours, minutes] = found;
  // An unescaped plus sign in a query arrives as a space.
  const zone = sign === undefined ? "Z" : `${sign === " " ? "+" : sign}${hours}:${minutes}`;
  const date = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(date) ? undefined : date;
}
