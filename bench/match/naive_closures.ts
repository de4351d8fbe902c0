import type { Groups, Predicate, PreparedEvent, PreparedRule } from "./predicates.ts";

type Test = (event: PreparedEvent) => boolean;
type TextTest = (text: string) => boolean;

/**
 * What a careful programmer would write by hand: a tree of closures for each rule, all rules in
 * turn.
 */
export function naiveClosures(rules: readonly PreparedRule[]): (event: PreparedEvent) => number {
  const tests = rules.map(({ selection, filter }) => {
    const wanted = all(selection);
    if (!filter) return wanted;
    const excluded = all(filter);
    return (event: PreparedEvent) => wanted(event) && !excluded(event);
  });
  return (event) => {
    let matches = 0;
    for (let index = 0; index < tests.length; index++) if (tests[index]!(event)) matches++;
    return matches;
  };
}

function all(groups: Groups): Test {
  const tests = groups.map(any);
  const [only] = tests;
  if (tests.length === 1) return only!;
  return (event) => {
    for (let index = 0; index < tests.length; index++) if (!tests[index]!(event)) return false;
    return true;
  };
}

function any(predicates: Predicate[]): Test {
  const tests = predicates.map(test);
  const [only] = tests;
  if (tests.length === 1) return only!;
  return (event) => {
    for (let index = 0; index < tests.length; index++) if (tests[index]!(event)) return true;
    return false;
  };
}

function test(predicate: Predicate): Test {
  if (predicate.field === "ip") {
    const { low, high } = predicate;
    return ({ ip }) => ip >= low && ip <= high;
  }
  const fits = textTest(predicate);
  if (predicate.field === "event") return ({ event }) => fits(event);
  if (predicate.field === "user") return ({ user }) => fits(user);
  return ({ names }) => {
    for (const name of names) if (fits(name)) return true;
    return false;
  };
}

function textTest(predicate: Exclude<Predicate, { field: "ip" }>): TextTest {
  if (predicate.test === "regex") {
    const { regex } = predicate;
    return (text) => regex.test(text);
  }
  const { text: wanted } = predicate;
  switch (predicate.test) {
    case "equals":
      return (text) => text === wanted;
    case "contains":
      return (text) => text.includes(wanted);
    case "startswith":
      return (text) => text.startsWith(wanted);
    case "endswith":
      return (text) => text.endsWith(wanted);
  }
}
