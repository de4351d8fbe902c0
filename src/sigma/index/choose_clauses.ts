import type { CompiledRule } from "../compile/compile_rule.ts";
import type { FactRegistry } from "./fact_registry.ts";
import { cheapest, type FactClause, necessaryClauses } from "./necessary_clauses.ts";

/** What a rule waits for. */
export interface ChosenClauses {
  /** A fact of this clause makes the rule a candidate, */
  trigger: FactClause;
  /** if each of these has one too. */
  guards: readonly FactClause[];
}

const MAX_GUARDS = 2;

/** Guards are checked fact by fact, so they must be short. */
const MAX_GUARD_LENGTH = 8;

/** A clause that costs more than this is not worth looking for as a guard. */
const MAX_GUARD_COST = 500;

/**
 * Chooses, for each rule, the clause that the fewest events satisfy, and guards.
 *
 * @param rules The compiled rules.
 * @param registry Keeps the facts.
 * @returns The choice for each rule; undefined for a rule that must be evaluated for every event.
 */
export function chooseClauses(
  rules: readonly CompiledRule[],
  registry: FactRegistry,
): (ChosenClauses | undefined)[] {
  const all = rules.map(({ node }) => necessaryClauses(node, registry));
  return all.map((clauses) => {
    const trigger = cheapest(clauses, costOf);
    return trigger && { trigger, guards: guardsOf(clauses, trigger) };
  });
}

function guardsOf(clauses: readonly FactClause[], trigger: FactClause): FactClause[] {
  return clauses
    .filter((clause) => clause !== trigger && clause.length <= MAX_GUARD_LENGTH)
    .filter((clause) => clause.every(({ witness }) => witness.kind !== "regex"))
    .map((clause) => [clause, costOf(clause)] as const)
    .filter(([, price]) => price < MAX_GUARD_COST)
    .sort(([, a], [, b]) => a - b)
    .slice(0, MAX_GUARDS)
    .map(([clause]) => clause);
}

/** What many rules look for is also common in events. */
function costOf(clause: FactClause): number {
  let sum = 0;
  for (const { rarity, usage } of clause) sum += rarity + usage / 2;
  return sum;
}
