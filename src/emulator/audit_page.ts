import type { AuditQuery } from "./audit_query.ts";
import { type Cursor, encodeCursor } from "./cursor.ts";
import type { EventTable } from "./event_table.ts";
import type { FaultName } from "./fault.ts";
import { invalidEvent, shapeEvent } from "./shape_event.ts";

/** The id of the first row, of the magnitude seen in captured cursors. */
export const FIRST_ID = 55_000_001;

/** What is needed to make a page. */
export interface PageRequest {
  readonly url: URL;
  /** The URL of the request, unchanged, for `_links.self`. */
  readonly self: string;
  readonly query: AuditQuery;
  /** The account group in the next link. */
  readonly aid: string;
  /** The account groups whose events are in the page. */
  readonly aids: readonly string[];
  /** Only events of this user. */
  readonly uid: string | undefined;
  readonly pageSize: number;
  readonly faults: ReadonlySet<FaultName>;
  /** The origin of links in the fault modes that lead away from the API. */
  readonly otherOrigin: string;
}

/** Makes the body of a 200 response, or returns `undefined` if the cursor is unknown. */
export function auditPage(table: EventTable, request: PageRequest): unknown {
  const { query, faults } = request;
  const offset = query.cursor?.offset ?? 0;
  const endless = faults.has("endless-pages");
  if (offset !== 0 && (offset < FIRST_ID || offset >= FIRST_ID + table.length) && !endless) {
    return undefined;
  }
  const pause = faults.has("empty-pages") && query.cursor?.paused !== true;
  const beyond = offset !== 0 && offset < FIRST_ID;
  const wanted = {
    aids: request.aids,
    from: query.range?.from ?? -Infinity,
    to: query.range?.to ?? Infinity,
    after: offset === 0 ? undefined : offset - FIRST_ID,
    ascending: faults.has("ascending-order"),
    limit: request.pageSize + 1,
    uid: request.uid,
  };
  const found = pause || beyond ? [] : table.find(wanted);
  const rows = found.slice(0, request.pageSize);

  const auditEvents: unknown[] = rows.map((row) =>
    shapeEvent(table.read(row), FIRST_ID + row, faults)
  );
  const first = rows[0];
  if (faults.has("invalid-event") && first !== undefined) {
    auditEvents.splice(Math.floor(rows.length / 2), 0, invalidEvent(FIRST_ID + first));
  }

  const last = rows.at(-1);
  const isLast = !pause &&
    (last === undefined
      ? !endless
      : faults.has("next-omitted-on-last-page") && found.length === rows.length && !endless);
  const next: Cursor = pause
    ? { offset, paused: true }
    // Beyond the last row, endless pages count down from the first id.
    : {
      offset: last === undefined ? (beyond ? offset : FIRST_ID) - 1 : FIRST_ID + last,
      paused: false,
    };
  return {
    ...(faults.has("unknown-members") ? { totalHint: { approximate: true } } : {}),
    auditEvents,
    ...rangeOf(query),
    _links: {
      ...(isLast
        ? (faults.has("null-next") ? { next: null } : {})
        : { next: nextLink(request, next) }),
      self: link(request.self, faults),
    },
  };
}

function rangeOf({ range }: AuditQuery): Record<string, string> {
  if (range === undefined) return {};
  const startDate = apiDate(range.from);
  return range.endAsked ? { startDate, endDate: apiDate(range.to) } : { startDate };
}

function nextLink(request: PageRequest, next: Cursor): Record<string, unknown> {
  const { query, faults } = request;
  const cursor = faults.has("repeated-cursor") && query.cursor !== undefined ? query.cursor : next;
  // In the captured order, and the colons of the dates unescaped.
  const members = [`aid=${request.aid}`, `useAllPermittedAids=${query.useAllPermittedAids}`];
  if (query.max !== undefined) members.push(`max=${query.max}`);
  members.push(`cursor=${encodeURIComponent(encodeCursor(cursor))}`);
  if (query.range !== undefined) {
    members.push(`startDate=${apiDate(query.range.from)}`, `endDate=${apiDate(query.range.to)}`);
  }
  const origin = faults.has("next-other-host") ? request.otherOrigin : request.url.origin;
  const href = `${origin}/v7/audit-user-events?${members.join("&")}`;
  return faults.has("templated-next")
    ? { href: `${href}{&window}`, templated: true }
    : link(href, faults);
}

function link(href: string, faults: ReadonlySet<FaultName>): Record<string, unknown> {
  return faults.has("unknown-members") ? { href, "x-trace": "t1", title: "page" } : { href };
}

function apiDate(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d{3}Z$/, "Z");
}
