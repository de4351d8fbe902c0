/** What a modifier does; each family is compiled in a file of its own. */
export type ModifierFamily =
  | "link"
  | "place"
  | "case"
  | "presence"
  | "negation"
  | "regex"
  | "regex-flag"
  | "network"
  | "comparison"
  | "dash"
  | "encoding"
  | "reference"
  | "placeholder"
  | "time";

/** One row of the table of modifiers. */
export interface ModifierFacts {
  /** What kind of modifier it is. */
  family: ModifierFamily;
  /** The name the specification gives it, where this one is an alias. */
  canonical?: string;
}

/** Every modifier of the specification, and the aliases that other tools know. */
export const MODIFIERS: ReadonlyMap<string, ModifierFacts> = new Map<string, ModifierFacts>([
  ["all", { family: "link" }],
  ["contains", { family: "place" }],
  ["startswith", { family: "place" }],
  ["endswith", { family: "place" }],
  ["cased", { family: "case" }],
  ["exists", { family: "presence" }],
  ["neq", { family: "negation" }],
  ["re", { family: "regex" }],
  ["i", { family: "regex-flag" }],
  ["m", { family: "regex-flag" }],
  ["s", { family: "regex-flag" }],
  ["ignorecase", { family: "regex-flag", canonical: "i" }],
  ["multiline", { family: "regex-flag", canonical: "m" }],
  ["dotall", { family: "regex-flag", canonical: "s" }],
  ["cidr", { family: "network" }],
  ["gt", { family: "comparison" }],
  ["gte", { family: "comparison" }],
  ["lt", { family: "comparison" }],
  ["lte", { family: "comparison" }],
  ["windash", { family: "dash" }],
  ["base64", { family: "encoding" }],
  ["base64offset", { family: "encoding" }],
  ["utf16le", { family: "encoding" }],
  ["wide", { family: "encoding", canonical: "utf16le" }],
  ["utf16be", { family: "encoding" }],
  ["utf16", { family: "encoding" }],
  ["fieldref", { family: "reference" }],
  ["expand", { family: "placeholder" }],
  ["minute", { family: "time" }],
  ["hour", { family: "time" }],
  ["day", { family: "time" }],
  ["week", { family: "time" }],
  ["month", { family: "time" }],
  ["year", { family: "time" }],
]);

/**
 * The name that the specification gives to a modifier.
 *
 * @param name A modifier or an alias.
 * @returns The canonical name; unknown names as they are.
 */
export function canonicalModifier(name: string): string {
  return MODIFIERS.get(name)?.canonical ?? name;
}
