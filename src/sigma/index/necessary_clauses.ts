import type { CompiledNode } from "../compile/compiled_node.ts";
import type { Fact, FactRegistry } from "./fact_registry.ts";

/** At least one of these must be in an event for the part to hold. */
export type FactClause = readonly Fact[];

/** Beyond this, alternatives are not combined any further. */
const MAX_FACTS = 5_000;

/**
 * What must be in an event for a compiled part to hold: at least one fact of every clause.
 *
 * @param node A compiled condition.
 * @param registry Keeps the facts.
 * @returns The clauses; none if the part requires nothing of an event, as a negation does.
 */
export function necessaryClauses(node: CompiledNode, registry: FactRegistry): FactClause[] {
  switch (node.kind) {
    case "item":
      return itemClauses(node, registry);
    case "all":
      return node.of.flatMap((part) => necessaryClauses(part, registry));
    case "any":
      return either(node.of.map((part) => necessaryClauses(part, registry)));
    case "not":
      return node.of.kind === "not" ? necessaryClauses(node.of.of, registry) : [];
    case "block": {
      const { quantifier, body, literal } = node;
      const canBeEmpty = quantifier === "none" || quantifier === "all_or_empty";
      if (canBeEmpty) return [];
      const clauses = necessaryClauses(body, registry);
      return literal ? inPairs(clauses, necessaryClauses(literal.node, registry)) : clauses;
    }
  }
}

/** Where one of two parts holds: a clause of one, or of the other, for as many as both have. */
function inPairs(clauses: readonly FactClause[], others: readonly FactClause[]): FactClause[] {
  return clauses.slice(0, others.length).map((clause, index) => [...clause, ...others[index]!]);
}

function itemClauses(
  { compiled: { tests, all, negated }, chain }: CompiledNode & { kind: "item" },
  registry: FactRegistry,
): FactClause[] {
  if (negated) return [];
  const clauses = tests.map(({ needs }) =>
    needs.map((clause) => clause.map((witness) => registry.fact(chain, witness)))
  );
  return all ? clauses.flat() : either(clauses);
}

/** The rarest clauses of all alternatives, joined; a single alternative keeps all its clauses. */
function either(alternatives: readonly (readonly FactClause[])[]): FactClause[] {
  const [only = []] = alternatives;
  if (alternatives.length <= 1) return [...only];
  const joined = new Set<Fact>();
  for (const clauses of alternatives) {
    const best = cheapest(clauses, rarityOf);
    if (!best) return [];
    for (const fact of best) joined.add(fact);
    if (joined.size > MAX_FACTS) return [];
  }
  return [[...joined]];
}

function rarityOf(clause: FactClause): number {
  let sum = 0;
  for (const { rarity } of clause) sum += rarity;
  return sum;
}

/** The clause with the lowest cost; undefined if there is none. */
export function cheapest(
  clauses: readonly FactClause[],
  cost: (clause: FactClause) => number,
): FactClause | undefined {
  let best: FactClause | undefined;
  let least = Infinity;
  for (const clause of clauses) {
    const price = clauses.length === 1 ? 0 : cost(clause);
    if (best === undefined || price < least) [best, least] = [clause, price];
  }
  return best;
}
