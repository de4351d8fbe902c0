import * as v from "valibot";
import { type Link, LinkSchema } from "./link.ts";
import type { Schema } from "../event/schema.ts";
import { tolerantObject } from "../event/tolerant_object.ts";

/** The links of a page. Only `next` is ever followed. */
export interface PaginationLinks {
  /** The page after this one; absent on the last. It may lead to an empty page. */
  next?: Link;
  /** Whatever else the API sends, `self` and `previous` among them. */
  [member: string]: unknown;
}

/** One page of the activity log, its events not yet checked: one bad event must not spoil the page. */
export interface AuditUserEvents {
  /** The events, in whatever order the API sends them (newest first in every answer seen). */
  auditEvents?: unknown[];
  /** The start of the range as the API resolved it, if the request had one. */
  startDate?: string;
  /** The end of the range as the API resolved it, if the request had one. */
  endDate?: string;
  /** Where the next page is. */
  _links?: PaginationLinks;
  /** Whatever else the API sends. */
  [member: string]: unknown;
}

const PaginationLinksSchema: Schema<PaginationLinks> = tolerantObject({
  next: LinkSchema,
});

/**
 * The valibot schema of {@linkcode AuditUserEvents}, the body of a page. Events and links that nobody
 * follows are left unchecked here; `_links.next` is checked, because a page whose next link cannot be
 * read must not pass for the last one.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/}
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { is } from "valibot";
 * import { AuditUserEventsSchema } from "./audit_user_events.ts";
 *
 * assert(is(AuditUserEventsSchema, { auditEvents: [], _links: { next: null } }));
 * assert(!is(AuditUserEventsSchema, { auditEvents: [], _links: { next: {} } }));
 * ```
 */
export const AuditUserEventsSchema: Schema<AuditUserEvents> = tolerantObject({
  auditEvents: v.custom<unknown[]>(Array.isArray, "Invalid type: Expected Array"),
  startDate: v.string(),
  endDate: v.string(),
  _links: PaginationLinksSchema,
});
