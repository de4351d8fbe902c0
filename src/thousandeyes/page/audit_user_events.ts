import * as v from "valibot";
import { type Schema, tolerantObject } from "../event/schema.ts";

/**
 * The body of one page of the activity log. Its events are not checked yet: one bad event must not
 * spoil the page.
 */
export interface AuditUserEvents {
  /** The events, in whatever order the API sends them; every answer seen was newest first. */
  auditEvents?: unknown[];
  /** The start of the range as the API resolved it, if the request had one. */
  startDate?: string;
  /** The end of the range as the API resolved it, if the request had one. */
  endDate?: string;
  /** Where the next page is, as it was sent; `nextLinkOf()` reads it. */
  _links?: unknown;
  /** Any other member that the API sends. */
  [member: string]: unknown;
}

/** A HAL link. */
export interface Link {
  /** Where it leads: an absolute URL in every answer seen, or a template if `templated`. */
  href: string;
  /** Whether `href` is a URI template, which Panoptes refuses to follow. */
  templated?: boolean;
  /** Any other member that the API sends. */
  [member: string]: unknown;
}

/**
 * The valibot schema of a {@linkcode Link}; `href` is the only required member of the whole answer.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/pagination/}
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { is } from "valibot";
 * import { LinkSchema } from "./audit_user_events.ts";
 *
 * assert(is(LinkSchema, { href: "https://api.thousandeyes.com/v7/audit-user-events?cursor=b2Zm" }));
 * assert(!is(LinkSchema, {}));
 * ```
 */
export const LinkSchema: Schema<Link> = v.pipe(
  tolerantObject({ href: v.string(), templated: v.boolean() }),
  v.check((link) => typeof link.href === "string", 'Invalid key: Expected "href"'),
  v.transform((link) => link as Link),
);

// A date that nobody needs must not cost the page: one of another type is left out.
const date = v.fallback(v.optional(v.string()), undefined);

/**
 * The valibot schema of {@linkcode AuditUserEvents}. It checks neither the events nor the links: a
 * page with a bad event or a bad link still has good events.
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
 * assert(!is(AuditUserEventsSchema, { auditEvents: {} }));
 * ```
 */
export const AuditUserEventsSchema: Schema<AuditUserEvents> = tolerantObject({
  auditEvents: v.custom<unknown[]>(Array.isArray, "Invalid type: Expected Array"),
  startDate: date,
  endDate: date,
  _links: v.unknown(),
});
