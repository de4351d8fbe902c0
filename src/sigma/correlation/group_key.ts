import type { EventView } from "../match/event_view.ts";
import { shortText } from "./short_text.ts";

/** The key of no value, one value, or several, without ambiguity among keys of the same length. */
export function groupKey(values: readonly string[]): string {
  if (values.length === 1) return values[0]!;
  return values.length === 0 ? "" : JSON.stringify(values);
}

/**
 * The values of a key that {@linkcode groupKey} made.
 *
 * @param key The key.
 * @param count How many values it has.
 */
export function keyValues(key: string, count: number): string[] {
  if (count === 1) return [key];
  return count === 0 ? [] : JSON.parse(key);
}

/**
 * The keys of the values that fields have in the current event.
 *
 * A field with several values, such as one inside an array, gives a key for each of them.
 *
 * @param view The view that shows the event.
 * @param fields The numbers of the fields.
 * @param max How many keys at most.
 * @returns Empty if a field has no value; one empty key if there are no fields.
 */
export function valuesOf(view: EventView, fields: readonly number[], max: number): string[] {
  if (fields.length === 1) return fieldValues(view, fields[0]!, max);
  let tuples: string[][] = [[]];
  for (const field of fields) {
    const values = fieldValues(view, field, max);
    tuples = tuples.flatMap((tuple) => values.map((value) => [...tuple, value])).slice(0, max);
  }
  return tuples.map(groupKey);
}

function fieldValues(view: EventView, field: number, max: number): string[] {
  const { texts, count } = view.slot(field);
  if (count === 0) return [];
  if (count === 1) return [shortText(texts[0]!)];
  return [...new Set(texts.slice(0, Math.min(count, max)))].map(shortText);
}
