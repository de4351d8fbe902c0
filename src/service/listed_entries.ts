/**
 * Settings that are lists of named entries, such as tokens and endpoints.
 *
 * @module
 */
import * as v from "valibot";

/** An entry of which only the name is known to be valid. */
type NamedEntry = Readonly<Record<string, unknown>> & { readonly name: string };

/** An entry of a list that is refused; the others are in force. */
export interface RefusedEntry {
  /** Its name, or its number in the list if it has no valid name. */
  readonly entry: string;
  /** As it was given, if its name is valid; it may contain a secret, so it is never shown. */
  readonly named: NamedEntry | undefined;
  /** Where in it, and what is expected; never what it contains. */
  readonly message: string;
}

/** The entries of a list that are in force, and those that are not. */
export interface Entries<Item> {
  readonly valid: readonly Item[];
  /** The valid ones as they were given, by name. */
  readonly given: ReadonlyMap<string, NamedEntry>;
  readonly refused: readonly RefusedEntry[];
}

/**
 * A JSON list of named entries, or the list itself if wrangler.toml contains it as a table. An entry
 * that is invalid, or that repeats what has to be unique, is refused by itself: it must not silence
 * the others.
 *
 * @param schema The schema of an entry.
 * @param nameSchema The schema of its name.
 * @param unique Members besides the name that no two entries may share.
 * @returns The schema of the list.
 */
export function listOf<Item extends { readonly name: string }>(
  schema: v.GenericSchema<unknown, Item>,
  nameSchema: v.GenericSchema<unknown, string>,
  unique: readonly (keyof Item & string)[] = [],
): v.GenericSchema<unknown, Entries<Item>> {
  return v.optional(
    v.pipe(
      v.unknown(),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        if (typeof dataset.value !== "string") return dataset.value;
        try {
          return JSON.parse(dataset.value) as unknown;
        } catch {
          addIssue({ message: "must be a JSON list" }); // the parser's own message quotes its input
          return NEVER;
        }
      }),
      v.array(v.unknown(), "must be a JSON list"),
      v.transform((items) => readEntries(items, schema, nameSchema, unique)),
    ),
    "[]",
  );
}

function readEntries<Item extends { readonly name: string }>(
  items: readonly unknown[],
  schema: v.GenericSchema<unknown, Item>,
  nameSchema: v.GenericSchema<unknown, string>,
  unique: readonly (keyof Item & string)[],
): Entries<Item> {
  const valid: Item[] = [];
  const givenByName = new Map<string, NamedEntry>();
  const refused: RefusedEntry[] = [];
  for (const [index, item] of items.entries()) {
    const { success, output: given } = v.safeParse(v.looseObject({ name: nameSchema }), item);
    const named = success ? given : undefined;
    const entry = named?.name ?? `entry ${index + 1}`;
    const result = v.safeParse(schema, item);
    if (!result.success) {
      for (const issue of result.issues) {
        refused.push({ entry, named, message: whereAndWhat(issue) });
      }
      continue;
    }
    const { output } = result;
    const same = (["name", ...unique] as const)
      .map((member) => [member, valid.find((other) => other[member] === output[member])] as const)
      .find(([, other]) => other !== undefined);
    if (same === undefined) {
      valid.push(output);
      if (named !== undefined) givenByName.set(named.name, named);
    } else {
      const message = `has the same ${same[0]} as ${same[1]?.name}`;
      refused.push({ entry, named, message });
    }
  }
  return { valid, given: givenByName, refused };
}

/**
 * Where in an entry, and what is expected.
 *
 * @param issue An issue of its schema.
 * @returns The place and the message, which quote no value.
 */
export function whereAndWhat(issue: v.BaseIssue<unknown>): string {
  const path = (issue.path ?? []) as { key: PropertyKey }[];
  // Valibot names an unknown member in the path. Its name may be a secret in the wrong place.
  const isUnknown = issue.type === "strict_object" && issue.expected === "never";
  const where = (isUnknown ? path.slice(0, -1) : path).map((item) => String(item.key)).join(".");
  const what = isUnknown ? `has a member that is not known; it ${issue.message}` : issue.message;
  return [where, what].filter(Boolean).join(" ");
}
