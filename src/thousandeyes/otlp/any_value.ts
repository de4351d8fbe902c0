/** Deeper values than this are refused: no activity log has them. */
const MAX_DEPTH = 32;

/**
 * The plain value of an `AnyValue` of OTLP, which is given as OTLP/JSON has it. 64-bit integers
 * become strings, since numbers cannot hold them all.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { plainValue } from "./any_value.ts";
 *
 * assertEquals(plainValue({ intValue: 245 }), "245");
 * const type = { key: "type", value: { stringValue: "testName" } };
 * assertEquals(plainValue({ kvlistValue: { values: [type] } }), { type: "testName" });
 * ```
 *
 * @param value The value: untrusted data.
 * @param depth How deeply it is nested: 0, the default, for the value of an attribute.
 * @returns The plain value; undefined where there is none.
 * @throws {RangeError} If it is nested too deeply.
 */
export function plainValue(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new RangeError("An attribute is nested too deeply");
  const { stringValue, boolValue, intValue, doubleValue, bytesValue, arrayValue, kvlistValue } =
    membersOf(value);
  if (arrayValue !== undefined) {
    return listOf(membersOf(arrayValue).values).map((item) => plainValue(item, depth + 1));
  }
  if (kvlistValue !== undefined) return plainMembers(membersOf(kvlistValue).values, depth + 1);
  if (typeof intValue === "number") return String(intValue);
  return stringValue ?? boolValue ?? intValue ?? doubleValue ?? bytesValue;
}

/**
 * A list of `KeyValue` of OTLP as one object.
 *
 * @param list The list: untrusted data; anything else is empty.
 * @param depth How deeply they are nested; 0, the default, for attributes.
 * @returns An object whose members are its own, whatever their names.
 * @throws {RangeError} If one is nested too deeply.
 */
export function plainMembers(list: unknown, depth = 0): Record<string, unknown> {
  return Object.fromEntries(
    listOf(list).map((item) => {
      const { key, value } = membersOf(item);
      return [String(key ?? ""), plainValue(value, depth)];
    }),
  );
}

function membersOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? value as Record<string, unknown> : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
