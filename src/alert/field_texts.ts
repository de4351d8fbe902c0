import { textsIn } from "./read_odd_event.ts";

/**
 * The texts of a field of an event; those of a list of objects, such as `resources.name`, of each
 * of them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { fieldTexts } from "./field_texts.ts";
 *
 * assertEquals(fieldTexts({ resources: [{ name: "a" }, { name: "b" }] }, "resources.name"), [
 *   "a",
 *   "b",
 * ]);
 * ```
 *
 * @param fields The event as rules see it; see `toSigmaEvent()`.
 * @param path The name of the field.
 * @returns The texts; none if the event has no such field.
 */
export function fieldTexts(fields: Readonly<Record<string, unknown>>, path: string): string[] {
  if (Object.hasOwn(fields, path)) return textsIn(fields[path]);
  const dot = path.indexOf(".");
  if (dot < 0) return [];
  const [head, rest] = [path.slice(0, dot), path.slice(dot + 1)];
  const value = Object.hasOwn(fields, head) ? fields[head] : undefined;
  return [value].flat().flatMap((member) =>
    typeof member === "object" && member !== null && Object.hasOwn(member, rest)
      ? textsIn((member as Readonly<Record<string, unknown>>)[rest])
      : []
  );
}
