import * as v from "valibot";
import type { Schema } from "../event/schema.ts";
import { tolerantObject } from "../event/tolerant_object.ts";

/** A HAL link. */
export interface Link {
  /** Where it leads: an absolute URL in every answer seen, or a template if `templated`. */
  href: string;
  /** Whether `href` is a URI template, which Panoptes refuses to follow. */
  templated?: boolean;
  /** Whatever else the API sends. */
  [member: string]: unknown;
}

/**
 * The valibot schema of a {@linkcode Link}; `href` is the one required member of the whole answer.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/pagination/}
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { is } from "valibot";
 * import { LinkSchema } from "./link.ts";
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
