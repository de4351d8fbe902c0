import { Engine } from "json-rules-engine";
import { regexOf } from "./json_logic.ts";
import type { Groups, Predicate, PreparedEvent, PreparedRule } from "./predicates.ts";

/** The rules for json-rules-engine, which answers asynchronously. */
export function jsonRulesEngine(
  rules: readonly PreparedRule[],
): (event: PreparedEvent) => Promise<number> {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator(
    "re",
    (value: string | string[], regex: RegExp) =>
      typeof value === "string" ? regex.test(value) : value.some((each) => regex.test(each)),
  );
  engine.addOperator(
    "between",
    (value: number, { low, high }: { low: number; high: number }) => value >= low && value <= high,
  );
  rules.forEach(({ selection, filter }, index) => {
    const wanted = all(selection);
    const conditions = filter ? { all: [wanted, { not: all(filter) }] } : wanted;
    engine.addRule({ conditions: conditions as never, event: { type: `rule-${index}` } });
  });
  return async (event) => (await engine.run({ ...event })).events.length;
}

function all(groups: Groups): unknown {
  return {
    all: groups.map((group) => group.length === 1 ? one(group[0]!) : { any: group.map(one) }),
  };
}

function one(predicate: Predicate): unknown {
  if (predicate.field === "ip") {
    const { low, high } = predicate;
    return { fact: "ip", operator: "between", value: { low, high } };
  }
  const { field: fact } = predicate;
  if (predicate.test === "equals") return { fact, operator: "equal", value: predicate.text };
  return { fact, operator: "re", value: regexOf(predicate) };
}
