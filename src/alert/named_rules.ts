import { closest } from "../sigma/closest.ts";
import type { SigmaCorrelation, SigmaRule } from "../sigma/engine.ts";
import { groupBy } from "../stream/group_by.ts";

/** A name that no rule has. */
export interface UnknownRule {
  /** What was written. */
  readonly name: string;
  /** The id or name that is closest to it, if one is close. */
  readonly meant: string | undefined;
}

/** What a list of ids and names of rules means. */
export interface NamedRules {
  /** The rules and correlations that are meant. */
  readonly documents: ReadonlySet<SigmaRule | SigmaCorrelation>;
  /** What no rule has as its id or name. */
  readonly unknown: readonly UnknownRule[];
}

/**
 * The id of a rule or correlation in alerts: its own, or its title if it has none.
 *
 * @param document The rule or correlation.
 */
export function ruleIdOf({ id, title }: { id?: string | undefined; title: string }): string {
  return id ?? title;
}

/** What may name a rule. */
export interface NamedRulesOptions {
  /** Whether a tag means all rules that have it; default false. */
  readonly byTag?: boolean;
}

/**
 * Finds rules by their ids or names; letter case is ignored.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseSigma } from "../sigma/parse.ts";
 * import { namedRules } from "./named_rules.ts";
 *
 * const { rules } = parseSigma(`
 * title: Failed login
 * name: failed_login
 * logsource: { product: thousandeyes }
 * detection: { selection: { event: Login failed. }, condition: selection }
 * `);
 * const { documents, unknown } = namedRules(rules, ["failed_login", "failed_logn"]);
 * assertEquals([...documents].map(({ title }) => title), ["Failed login"]);
 * assertEquals(unknown, [{ name: "failed_logn", meant: "failed_login" }]);
 * ```
 *
 * @param documents The rules and correlations.
 * @param names Ids and names.
 * @param options What else may name a rule.
 * @returns The rules that are meant, and what means none.
 */
export function namedRules(
  documents: readonly (SigmaRule | SigmaCorrelation)[],
  names: readonly string[],
  { byTag = false }: NamedRulesOptions = {},
): NamedRules {
  const keysOf = ({ id, name, tags = [] }: SigmaRule | SigmaCorrelation) =>
    [id, name, ...(byTag ? tags : [])].filter((key) => key !== undefined);
  const byKey = groupBy(
    documents.flatMap((document) => keysOf(document).map((key) => ({ key, document }))),
    ({ key }) => key.toLowerCase(),
  );
  const found = (name: string) => byKey.get(name.toLowerCase()) ?? [];
  return {
    documents: new Set(names.flatMap((name) => found(name).map(({ document }) => document))),
    unknown: names.filter((name) => found(name).length === 0)
      .map((name) => ({ name, meant: closest(name, documents.flatMap(keysOf)) })),
  };
}
