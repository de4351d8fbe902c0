import { wholeSecond } from "../stream/clock.ts";
import { type Cursor, decodeCursor } from "./cursor.ts";

/** A request's query, resolved; what was not asked for is absent. */
export interface AuditQuery {
  readonly aid: string | undefined;
  readonly useAllPermittedAids: boolean;
  readonly max: number | undefined;
  readonly cursor: Cursor | undefined;
  readonly range: AuditRange | undefined;
}

/** Both ends inclusive, in milliseconds. */
export interface AuditRange {
  readonly from: number;
  readonly to: number;
  /** The body names an end only when `window` or `endDate` was sent. */
  readonly endAsked: boolean;
}

/** Why a query is answered with 400. */
export interface QueryProblem {
  readonly field: string;
  readonly message: string;
}

const UNIT_MS = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 } as const;

// RFC 3339, and what SDKs are seen to send: no colon in the offset, a space for the T, no zone at all.
const DATE =
  /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(\.\d{1,9})?(?:(Z)|([+ -])(\d{2}):?(\d{2}))?$/i;

/**
 * Reads the query of an audit request. Unknown parameters are ignored, as the API seems to do.
 *
 * @param query The request's parameters; of a repeated one the first counts.
 * @param now Milliseconds; the end of a `window`, cut to whole seconds.
 * @returns The query, or what is wrong with it.
 */
export function parseAuditQuery(query: URLSearchParams, now: number): AuditQuery | QueryProblem {
  const aid = query.get("aid") ?? undefined;
  if (aid !== undefined && !/^\d{1,18}$/.test(aid)) return { field: "aid", message: "Invalid aid" };

  // One client in the field writes True.
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
  // Whole seconds from here on, as links write them: or the range would move between pages.
  return {
    from: Math.ceil(from / 1e3) * 1e3,
    to: wholeSecond(to),
    endAsked: end !== null,
  };
}

/**
 * Reads a date in any form that clients are seen to send.
 *
 * @param text RFC 3339, also with a space for the `T`, an offset without a colon, or no zone (UTC).
 * @returns Milliseconds, or `undefined` for anything else.
 */
export function parseApiDate(text: string): number | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, day, time, fraction = "", , sign, hours, minutes] = found;
  // A plus sign that was not escaped in a query arrives as a space.
  const zone = sign === undefined ? "Z" : `${sign === " " ? "+" : sign}${hours}:${minutes}`;
  const date = Date.parse(`${day}T${time}${fraction.slice(0, 4)}${zone}`);
  return Number.isNaN(date) ? undefined : date;
}
