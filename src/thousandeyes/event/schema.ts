import * as v from "valibot";

/**
 * Valibot's name for such a schema. It is named here so that the documentation of Panoptes does not
 * have to list every type of valibot.
 *
 * @internal
 */
export type ValibotSchema<Output> = v.GenericSchema<unknown, Output>;

/**
 * A valibot schema that accepts any input and returns an `Output`: pass it to valibot's `parse()`,
 * `safeParse()` or `is()`, or use it as a Standard Schema.
 *
 * @typeParam Output What a valid input becomes.
 */
export type Schema<Output> = ValibotSchema<Output>;

/**
 * A schema of an object whose members are all optional and may be null, since the API documents
 * none as required. It keeps unknown members and drops null ones of `entries`. Arrays are invalid,
 * although valibot alone would accept one as an object.
 *
 * @param entries The known members, each with the schema of its value.
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

/** Returns `value` itself if there is nothing to drop. Unknown members stay, null or not. */
function dropNulls(
  value: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Record<string, unknown> {
  if (!names.some((name) => name in value && (value[name] ?? null) === null)) return value;
  const kept: Record<string, unknown> = { ...value };
  for (const name of names) {
    if ((kept[name] ?? null) === null) delete kept[name];
  }
  return kept;
}
