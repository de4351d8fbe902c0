import * as v from "valibot";
import type { Schema } from "./schema.ts";
import { tolerantObject } from "./tolerant_object.ts";

/** What an audit event was about: a test, a report, a user, an alert rule. */
export interface Resource {
  /** The kind of resource, an open set: `testName`, `reportTitle`, `userDisplayName`, `alertRuleName`. */
  type?: string;
  /** The name of the resource, not its id. */
  name?: string;
  /** Whatever else the API sends. */
  [member: string]: unknown;
}

/**
 * The valibot schema of a {@linkcode Resource}: both members may be absent or null, unknown ones are kept.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parse } from "valibot";
 * import { ResourceSchema } from "./resource.ts";
 *
 * assertEquals(parse(ResourceSchema, { type: "testName", name: null }), { type: "testName" });
 * ```
 */
export const ResourceSchema: Schema<Resource> = tolerantObject({
  type: v.string(),
  name: v.string(),
});
