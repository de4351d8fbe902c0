/**
 * JSON text of values of any depth: `JSON.parse()` reads nesting that `JSON.stringify()` and every
 * recursive function fail on.
 *
 * @module
 */

/** How a value is written. */
export interface DeepJsonOptions {
  /** Whether members are sorted by name, so that equal values give equal texts; default false. */
  readonly isSorted?: boolean;
}

/**
 * Writes a value that `JSON.parse()` has made, however deep it is.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { deepJson } from "./deep_json.ts";
 *
 * assertEquals(deepJson({ b: [1], a: null }), '{"b":[1],"a":null}');
 * assertEquals(deepJson({ b: [1], a: null }, { isSorted: true }), '{"a":null,"b":[1]}');
 * const deep = "[".repeat(100_000) + "]".repeat(100_000);
 * assertEquals(deepJson(JSON.parse(deep)), deep);
 * ```
 *
 * @param value JSON data without cycles.
 * @param options Whether members are sorted.
 * @returns The JSON text; `null` for what JSON does not have.
 */
export function deepJson(value: unknown, { isSorted = false }: DeepJsonOptions = {}): string {
  if (isSorted) return writtenInSteps(value, isSorted);
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return writtenInSteps(value, isSorted);
  }
}

/** Text that is written as it is, among the values that are still to be written. */
class Sign {
  constructor(readonly text: string) {}
}

const COMMA = new Sign(",");

function writtenInSteps(value: unknown, isSorted: boolean): string {
  const parts: string[] = [];
  const open: unknown[] = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (next instanceof Sign) parts.push(next.text);
    else if (typeof next !== "object" || next === null) parts.push(JSON.stringify(next) ?? "null");
    else if (Array.isArray(next)) {
      open.push(new Sign("]"));
      for (let index = next.length - 1; index >= 0; index--) {
        open.push(next[index]);
        if (index > 0) open.push(COMMA);
      }
      open.push(new Sign("["));
    } else {
      const names = Object.keys(next);
      if (isSorted) names.sort();
      open.push(new Sign("}"));
      for (let index = names.length - 1; index >= 0; index--) {
        const name = names[index]!;
        open.push((next as Record<string, unknown>)[name]);
        open.push(new Sign(`${index > 0 ? "," : ""}${JSON.stringify(name)}:`));
      }
      open.push(new Sign("{"));
    }
  }
  return parts.join("");
}

/**
 * Whether a value nests deeper than a number of levels.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isDeeper } from "./deep_json.ts";
 *
 * assert(isDeeper({ a: [1] }, 1));
 * assert(!isDeeper({ a: [1] }, 2));
 * ```
 *
 * @param value JSON data.
 * @param levels The number of levels, at most a few hundred.
 * @returns True if it has more.
 */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const name in value) {
    const member = (value as Record<string, unknown>)[name];
    if (typeof member === "object" && isDeeper(member, levels - 1)) return true;
  }
  return false;
}
