import type { KnownSource } from "../sigma/lint/mod.ts";
import { EVENT_FIELD_MEANINGS } from "./event_fields.ts";
import { AUDIT_LOG_SOURCE } from "./match_rules.ts";

/**
 * The activity log as lint knows it: which `logsource` its events meet, and which fields they have.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lintFile } from "../sigma/lint/mod.ts";
 * import { AUDIT_LOG } from "./audit_log.ts";
 *
 * const text = `
 * title: Failed login
 * logsource: { product: thousandeyes, service: audit }
 * detection:
 *   selection:
 *     ipAdress: 192.0.2.44
 *   condition: selection
 * `;
 * const found = lintFile(text, { sources: [AUDIT_LOG] })
 *   .find(({ code }) => code === "logsource-field");
 * assertEquals([found?.line, found?.column, found?.suggestion], [6, 5, "Write 'ipAddress'"]);
 * ```
 */
export const AUDIT_LOG: KnownSource = {
  logsource: AUDIT_LOG_SOURCE,
  fields: EVENT_FIELD_MEANINGS,
};
