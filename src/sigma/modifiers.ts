/**
 * The table of modifiers: what each takes, what it may follow, and whether it works on keywords.
 *
 * To add a modifier to a family, add its name to the row of the family, what it does to the file of
 * the family in `compile/modifier/`, cases to `tests/sigma/cases/`, and its name to the table in
 * `docs/sigma.md`. Tests hold the compiler and the documentation to the table.
 *
 * @module
 */

/** The kinds of modifiers; each family that changes a value has a file in `compile/modifier/`. */
export type ModifierFamily =
  | "all"
  | "place"
  | "cased"
  | "exists"
  | "neq"
  | "regex"
  | "regex-flag"
  | "cidr"
  | "comparison"
  | "windash"
  | "encoding"
  | "fieldref"
  | "expand"
  | "time";

/** What the modifiers of a family have in common. */
interface Family {
  /** The modifiers, aliases included. */
  readonly names: readonly string[];
  /** The names that the specification gives to aliases. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** The types of values that it takes. */
  readonly takes: readonly ("string" | "number" | "boolean" | "null")[];
  /**
   * The families that it may follow, among those that change a value. The others apply to the item
   * as a whole and may be anywhere. Modifiers of a family that cannot follow itself exclude each
   * other.
   */
  readonly after?: readonly ModifierFamily[];
  /** How many of the family a value may go through, with duplicates; absent: no duplicates. */
  readonly repeats?: number;
  /** Whether the same modifier a second time changes nothing. */
  readonly isIdempotent?: true;
  /** Whether it must be the only modifier, with exactly one value. */
  readonly alone?: true;
  /** Whether it works on keywords; otherwise it requires a field. */
  readonly keywords: boolean;
  /** Whether it reads a value as a string, so that a number counts as it was written. */
  readonly readsText?: true;
  /** Whether it compiles with every value of the types that it takes. */
  readonly cannotFail?: true;
}

const SCALARS = ["string", "number", "boolean"] as const;

const FAMILIES: Readonly<Record<ModifierFamily, Family>> = {
  all: {
    names: ["all"],
    takes: [...SCALARS, "null"],
    isIdempotent: true,
    keywords: true,
    cannotFail: true,
  },
  place: {
    names: ["contains", "startswith", "endswith"],
    takes: SCALARS,
    after: ["regex", "regex-flag", "windash", "encoding", "fieldref", "expand"],
    isIdempotent: true,
    keywords: true,
    readsText: true,
    cannotFail: true,
  },
  cased: {
    names: ["cased"],
    takes: SCALARS,
    isIdempotent: true,
    keywords: true,
    readsText: true,
    cannotFail: true,
  },
  exists: { names: ["exists"], takes: ["boolean"], alone: true, keywords: false },
  neq: { names: ["neq"], takes: [...SCALARS, "null"], keywords: true, cannotFail: true },
  regex: {
    names: ["re"],
    takes: ["string", "number"],
    after: ["expand"],
    keywords: true,
    readsText: true,
  },
  "regex-flag": {
    names: ["i", "m", "s", "ignorecase", "multiline", "dotall"],
    aliases: { ignorecase: "i", multiline: "m", dotall: "s" },
    takes: ["string", "number"],
    after: ["regex", "regex-flag", "place", "expand"],
    isIdempotent: true,
    keywords: true,
  },
  cidr: { names: ["cidr"], takes: ["string"], after: ["expand"], keywords: false },
  comparison: {
    names: ["gt", "gte", "lt", "lte"],
    takes: ["number"],
    after: ["time"],
    keywords: false,
  },
  windash: {
    names: ["windash"],
    takes: SCALARS,
    after: ["place", "encoding", "expand"],
    isIdempotent: true,
    keywords: true,
    readsText: true,
    cannotFail: true,
  },
  encoding: {
    names: ["base64", "base64offset", "utf16le", "wide", "utf16be", "utf16"],
    aliases: { wide: "utf16le" },
    takes: SCALARS,
    after: ["place", "windash", "encoding", "expand"],
    repeats: 4, // each may double a value, or make three of it
    keywords: true,
    readsText: true,
  },
  fieldref: { names: ["fieldref"], takes: ["string"], after: ["expand"], keywords: false },
  expand: {
    names: ["expand"],
    takes: SCALARS,
    after: ["place", "regex", "regex-flag", "cidr", "windash", "encoding"],
    keywords: true,
  },
  time: {
    names: ["minute", "hour", "day", "week", "month", "year"],
    takes: ["number"],
    after: [],
    keywords: false,
  },
};

/** What is known of one modifier. */
export interface Modifier extends Omit<Family, "names" | "aliases"> {
  /** Which family it belongs to. */
  readonly family: ModifierFamily;
  /** The name that the specification gives it; its own name unless it is an alias. */
  readonly canonical: string;
}

/** Every modifier of the specification, and the aliases that other tools know. */
export const MODIFIERS: ReadonlyMap<string, Modifier> = new Map(
  (Object.keys(FAMILIES) as ModifierFamily[]).flatMap((family) => {
    const { names, aliases = {}, ...facts } = FAMILIES[family];
    return names.map((name): [string, Modifier] => [
      name,
      { ...facts, family, canonical: aliases[name] ?? name },
    ]);
  }),
);

/**
 * The name that the specification gives to a modifier.
 *
 * @param name A modifier or an alias.
 * @returns The canonical name; unknown names as they are.
 */
export function canonicalModifier(name: string): string {
  return MODIFIERS.get(name)?.canonical ?? name;
}

/** Modifiers of other languages, and what has their effect in Sigma. */
export const FOREIGN_MODIFIERS: ReadonlyMap<string, string> = new Map([
  ...["in", "any", "or", "oneof"].map((name) =>
    [
      name,
      `one value of a list is enough already: remove '|${name}'`,
    ] as const
  ),
  ...["eq", "is", "equals", "exact", "equal"].map((name) =>
    [
      name,
      `a value without a modifier must be equal already: remove '|${name}'`,
    ] as const
  ),
  ...["not", "ne", "notin", "nin", "isnot"].map((name) =>
    [
      name,
      "exclude it with 'not' in the condition, or use '|neq'",
    ] as const
  ),
  ...["like", "wildcard", "glob"].map((name) =>
    [
      name,
      `'*' and '?' are wildcards already: remove '|${name}'`,
    ] as const
  ),
  ...["nocase", "icase", "lower", "upper", "iequals"].map((name) =>
    [
      name,
      `letter case is ignored already: remove '|${name}'`,
    ] as const
  ),
]);
