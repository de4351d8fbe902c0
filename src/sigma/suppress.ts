import { parseTimespan } from "./correlation/timespan.ts";
import type { JsonValue } from "./sigma_rule.ts";

/** How a rule holds back repeats: its `panoptes.suppress`. */
export interface Suppress {
  /**
   * The fields whose values make a group; none for one group of everything; absent for `group-by`
   * of a correlation and `user` of a rule.
   */
  readonly by?: readonly string[];
  /** For how long after the first alert of a group, in milliseconds. */
  readonly forMs: number;
}

/** The longest `for`, in milliseconds: 30 days. */
const MAX_FOR_MS = 30 * 86_400_000;
/** The maximum number of fields of `by`. */
const MAX_BY = 10;

/**
 * Reads `panoptes.suppress`: a map with `for` and possibly `by`, or `false`, which lets every alert
 * notify.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readSuppress } from "./suppress.ts";
 *
 * assertEquals(readSuppress({ by: ["user"], for: "1h" }), {
 *   suppress: { by: ["user"], forMs: 3_600_000 },
 * });
 * assertEquals(readSuppress({ for: "soon" }), {
 *   wrong: "'for' is not a time such as 30m, 1h or 7d, at most 30d",
 * });
 * ```
 *
 * @param value The value as the rule states it.
 * @returns What it says, or what is wrong with it.
 */
export function readSuppress(
  value: JsonValue | undefined,
): { readonly suppress: Suppress | false } | { readonly wrong: string } {
  if (value === false) return { suppress: false };
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { wrong: "it is neither a map with 'for' nor false" };
  }
  const { by, for: written, ...others } = value;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) return { wrong: `'${unknown}' is not a member of it` };
  const forMs = 1_000 * (typeof written === "string" ? parseTimespan(written) ?? NaN : NaN);
  if (!(forMs <= MAX_FOR_MS)) {
    return { wrong: "'for' is not a time such as 30m, 1h or 7d, at most 30d" };
  }
  if (by === undefined) return { suppress: { forMs } };
  const fields = [by].flat();
  const areNames = fields.every((name): name is string => typeof name === "string" && name !== "");
  return areNames && fields.length <= MAX_BY
    ? { suppress: { by: fields, forMs } }
    : { wrong: `'by' is not a field or a list of at most ${MAX_BY} fields` };
}
