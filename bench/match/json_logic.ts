import jsonLogic from "json-logic-js";
import {
  escaped,
  type Groups,
  type Predicate,
  type PreparedEvent,
  type PreparedRule,
} from "./predicates.ts";

/** The rules as JsonLogic, with a custom operation, since JsonLogic has no regular expressions. */
export function jsonLogicRules(rules: readonly PreparedRule[]): (event: PreparedEvent) => number {
  const regexes: RegExp[] = [];
  jsonLogic.add_operation("re", (number: number, value: string | string[]) => {
    const regex = regexes[number]!;
    return typeof value === "string" ? regex.test(value) : value.some((each) => regex.test(each));
  });
  const logic = rules.map(({ selection, filter }) => {
    const wanted = all(selection, regexes);
    return filter ? { and: [wanted, { "!": [all(filter, regexes)] }] } : wanted;
  });
  return (event) => {
    let matches = 0;
    for (const rule of logic) if (jsonLogic.apply(rule as never, event)) matches++;
    return matches;
  };
}

function all(groups: Groups, regexes: RegExp[]): unknown {
  return {
    and: groups.map((group) =>
      group.length === 1 ? one(group[0]!, regexes) : { or: group.map((each) => one(each, regexes)) }
    ),
  };
}

function one(predicate: Predicate, regexes: RegExp[]): unknown {
  if (predicate.field === "ip") return { "<=": [predicate.low, { var: "ip" }, predicate.high] };
  const variable = { var: predicate.field };
  if (predicate.test === "equals") return { "===": [variable, predicate.text] };
  if (predicate.test === "contains" && predicate.field !== "names") {
    return { in: [predicate.text, variable] };
  }
  return { re: [regexes.push(regexOf(predicate)) - 1, variable] };
}

/** A string test as a regular expression. */
export function regexOf(predicate: Exclude<Predicate, { field: "ip" }>): RegExp {
  switch (predicate.test) {
    case "regex":
      return predicate.regex;
    case "startswith":
      return new RegExp(`^${escaped(predicate.text)}`);
    case "endswith":
      return new RegExp(`${escaped(predicate.text)}$`);
    case "equals":
      return new RegExp(`^${escaped(predicate.text)}$`);
    default:
      return new RegExp(escaped(predicate.text));
  }
}
