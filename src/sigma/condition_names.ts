import type { Condition } from "./sigma_rule.ts";

/**
 * Every search identifier that a condition uses.
 *
 * @param condition The parsed condition.
 * @param found Where the names are added.
 * @returns The names, each once.
 */
export function conditionNames(condition: Condition, found: Set<string> = new Set()): Set<string> {
  if (condition.op === "name") found.add(condition.name);
  else if (condition.op === "not") conditionNames(condition.of, found);
  else if ("names" in condition) { for (const name of condition.names) found.add(name); }
  else for (const part of condition.of) conditionNames(part, found);
  return found;
}
