import * as v from "valibot";
import type { Schema } from "./schema.ts";
import { dropNulls } from "./drop_nulls.ts";

/**
 * A schema of an object whose members are all optional and may be null, as the API documents none as
 * required: unknown members are kept, null ones of `entries` dropped. A list is not an object here,
 * though valibot alone would take it for one.
 *
 * @param entries The known members; each is the schema of a value that is there.
 */
export function tolerantObject(
  entries: Readonly<Record<string, v.GenericSchema>>,
): Schema<Record<string, unknown>> {
  const names = Object.keys(entries);
  const nullish = Object.fromEntries(names.map((name) => [name, v.nullish(entries[name]!)]));
  return v.pipe(
    v.custom<Record<string, unknown>>(isRecord, "Invalid type: Expected Object"),
    v.looseObject(nullish),
    v.transform((value) => dropNulls(value, names)),
    // Tells fastGuard() that the transformation leaves a value without nulls as it is.
    v.metadata({ onlyDropsNulls: true }),
  );
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
