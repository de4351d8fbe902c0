import { section } from "./spec_case.ts";

/** A detection of three one-letter identifiers, each true where the event has that letter. */
function abc(condition: string): string {
  return `
detection:
    a:
        a: 1
    b:
        b: 1
    c:
        c: 1
    condition: ${condition}`;
}

/** Names as rules have them. */
function named(condition: string): string {
  return `
detection:
    selection_one:
        a: 1
    selection_two:
        b: 1
    filter_main:
        c: 1
    _hidden:
        d: 1
    condition: ${condition}`;
}

const A = { a: 1 };
const B = { b: 1 };
const C = { c: 1 };
const AB = { a: 1, b: 1 };
const AC = { a: 1, c: 1 };
const BC = { b: 1, c: 1 };
const ALL = { a: 1, b: 1, c: 1 };

export const CONDITIONS = [
  ...section("R Condition: and, or, not", [
    ["one name", abc("a"), A, true],
    ["one name, not there", abc("a"), B, false],
    ["or, left", abc("a or b"), A, true],
    ["or, right", abc("a or b"), B, true],
    ["or, neither", abc("a or b"), C, false],
    ["and, both", abc("a and b"), AB, true],
    ["and, one", abc("a and b"), A, false],
    ["not", abc("a and not b"), A, true],
    ["not, there", abc("a and not b"), AB, false],
    ["not alone", abc("not a"), {}, true],
    ["not not", abc("not not a"), A, true],
    ["a chain of or", abc("a or b or c"), C, true],
    ["a chain of and", abc("a and b and c"), AB, false],
    ["a chain of and, all", abc("a and b and c"), ALL, true],
  ]),
  ...section("R Condition: operator precedence, least to most binding", [
    ["and binds before or, left", abc("a or b and c"), A, true],
    ["and binds before or, right half", abc("a or b and c"), B, false],
    ["and binds before or, written first", abc("a and b or c"), C, true],
    ["and binds before or, written first, half", abc("a and b or c"), A, false],
    ["not binds before and", abc("not a and b"), B, true],
    ["not binds before and, both", abc("not a and b"), AB, false],
    ["not does not take the whole and", abc("not a and b"), {}, false],
    ["not binds before or", abc("not a or b"), AB, true],
    ["not binds before or, only a", abc("not a or b"), A, false],
    ["x of binds before not", named("not 1 of selection_*"), C, true],
    ["x of binds before not, one there", named("not 1 of selection_*"), A, false],
    ["x of binds before and", named("1 of selection_* and filter_main"), BC, true],
    ["x of binds before and, no filter", named("1 of selection_* and filter_main"), B, false],
    ["brackets bind first", abc("(a or b) and c"), A, false],
    ["brackets bind first, with c", abc("(a or b) and c"), AC, true],
    ["not of brackets", abc("not (a or b)"), B, false],
    ["not of brackets, neither", abc("not (a or b)"), C, true],
    ["not of brackets with and", abc("not (a and b)"), A, true],
    ["brackets in brackets", abc("((a) and ((b or (c))))"), AC, true],
    ["brackets without blanks", abc("(a)and(b)"), AB, true],
    ["brackets at the end", abc("a and (b or c)"), AC, true],
    ["the specification's brackets", abc("a and (b or c)"), A, false],
  ]),
  ...section("R Condition: spelling", [
    ["operators in upper case", abc("a AND NOT b"), A, true],
    ["operators in upper case, there", abc("a AND NOT b"), AB, false],
    ["operators in mixed case", abc("a Or b"), B, true],
    ["x of in upper case", named("1 OF selection_*"), A, true],
    ["all of in upper case", named("ALL OF selection_*"), A, false],
    ["many blanks", abc("a   and    b"), AB, true],
    ["folded over lines", abc(">\n        a and\n        not b"), A, true],
    ["kept over lines", abc("|\n        a\n        or b"), B, true],
    [
      "names that begin with an operator",
      "detection:\n    order:\n        a: 1\n    android:\n        b: 1\n    nothing:\n        c: 1\n    condition: order and android and not nothing",
      AB,
      true,
    ],
    [
      "names that begin with an operator, filter there",
      "detection:\n    order:\n        a: 1\n    android:\n        b: 1\n    nothing:\n        c: 1\n    condition: order and android and not nothing",
      ALL,
      false,
    ],
    [
      "names with hyphens and digits",
      "detection:\n    sel-1:\n        a: 1\n    2_sel:\n        b: 1\n    condition: sel-1 and 2_sel",
      AB,
      true,
    ],
    [
      "names are not folded",
      "detection:\n    Sel:\n        a: 1\n    sel:\n        b: 1\n    condition: Sel and not sel",
      A,
      true,
    ],
    [
      "a name beginning with all",
      "detection:\n    all_files:\n        a: 1\n    any_file:\n        b: 1\n    condition: all_files or any_file",
      B,
      true,
    ],
  ]),
  ...section("R Condition: 1/all of search-identifier-pattern", [
    ["1 of, first", named("1 of selection_*"), A, true],
    ["1 of, second", named("1 of selection_*"), B, true],
    ["1 of, neither", named("1 of selection_*"), C, false],
    ["1 of, both", named("1 of selection_*"), AB, true],
    ["any of is 1 of", named("any of selection_*"), B, true],
    ["any of, neither", named("any of selection_*"), C, false],
    ["all of, one", named("all of selection_*"), A, false],
    ["all of, both", named("all of selection_*"), AB, true],
    ["a wildcard at the start", named("1 of *_two"), B, true],
    ["a wildcard at the start, other", named("1 of *_two"), A, false],
    ["a wildcard inside", named("1 of sel*two"), B, true],
    ["a wildcard inside, other", named("1 of sel*two"), A, false],
    ["two wildcards", named("1 of *ection_*"), A, true],
    ["one name without a wildcard", named("1 of selection_one"), A, true],
    ["all of one name", named("all of selection_one"), B, false],
    ["the usual exclusion", named("1 of selection_* and not 1 of filter_*"), A, true],
    ["the usual exclusion, excluded", named("1 of selection_* and not 1 of filter_*"), AC, false],
    ["all of with exclusion", named("all of selection_* and not 1 of filter_*"), AB, true],
    ["in brackets", named("(1 of selection_*) and not (filter_main)"), A, true],
    ["a pattern for all names leaves out underscores", named("1 of *"), { d: 1 }, false],
    ["a pattern that begins with an underscore", named("1 of _*"), { d: 1 }, true],
    ["an underscore name by itself", named("_hidden"), { d: 1 }, true],
    ["a dot in a pattern is plain", named("1 of selection_* or 1 of filter*"), C, true],
    [
      "identifiers are linked by their own kind inside",
      "detection:\n    s_1:\n        a: 1\n        b: 1\n    s_2:\n        c: [1, 2]\n    condition: 1 of s_*",
      A,
      false,
    ],
  ]),
  ...section("R Condition: 1/all of them", [
    ["1 of them, first", named("1 of them"), A, true],
    ["1 of them, filter is one of them", named("1 of them"), C, true],
    ["1 of them leaves out underscores", named("1 of them"), { d: 1 }, false],
    ["all of them leaves out underscores", named("all of them"), ALL, true],
    ["all of them, one missing", named("all of them"), AB, false],
    ["any of them", named("any of them"), B, true],
    ["not 1 of them", named("not 1 of them"), { d: 1 }, true],
    ["them in upper case", named("1 of THEM"), A, true],
    [
      "all of them takes keywords",
      "detection:\n    keywords:\n        - evil\n    sel:\n        a: 1\n    condition: all of them",
      { a: 1, m: "evil" },
      true,
    ],
  ]),
  ...section("R Condition: a list is or", [
    ["the first", abc("\n        - a and b\n        - c"), AB, true],
    ["the second", abc("\n        - a and b\n        - c"), C, true],
    ["neither", abc("\n        - a and b\n        - c"), A, false],
    ["a list of one", abc("[a]"), A, true],
    ["a list of one, not there", abc("[a]"), B, false],
  ]),
  ...section("R Condition: what is refused", [
    ["an unknown name", abc("a and d"), A, { error: /'?\bd\b|unknown|undefined|defined/i }],
    ["an unknown name, with a suggestion", named("selection_on"), A, { error: /selection_one/ }],
    ["a pattern that matches no name", abc("1 of x*"), A, { error: /x\*|no .*match|nothing/i }],
    ["a missing closing bracket", abc("(a or b"), A, { error: /\)|bracket|parenthes/i }],
    ["a missing opening bracket", abc("a or b)"), A, { error: /\)|bracket|parenthes/i }],
    ["two names side by side", abc("a b"), A, { error: /expected|operator|and|or|unexpected/i }],
    ["two names in brackets", abc("(a b)"), A, { error: /expected|operator|\)|unexpected/i }],
    ["an operator at the end", abc("a and"), A, { error: /end|expected|condition/i }],
    ["an operator at the start", abc("or a"), A, { error: /expected|condition|or/i }],
    ["two operators", abc("a and or b"), A, { error: /expected|condition|or/i }],
    ["empty brackets", abc("()"), A, { error: /expected|empty|\)/i }],
    ["not of nothing", abc("a and not"), A, { error: /end|expected|not/i }],
    ["an empty string", abc("''"), A, { error: /empty|condition/i }],
    ["an empty list", abc("[]"), A, { error: /empty|condition/i }],
    ["a number", abc("1"), A, { error: /condition/i }],
    ["a map", abc("{a: b}"), A, { error: /condition/i }],
    ["a list with a number", abc("[a, 1]"), A, { error: /condition/i }],
    ["no condition", "detection:\n    a:\n        a: 1", A, { error: /condition/i }],
    ["2 of is not Sigma", abc("2 of them"), A, { error: /2 of|1 of|expected|quantifier/i }],
    ["1 of nothing", abc("1 of"), A, { error: /of|end|expected/i }],
    ["1 of brackets", abc("1 of (a or b)"), A, { error: /of|expected/i }],
    ["them alone", abc("them"), A, { error: /them|unknown|undefined/i }],
    ["only a condition", "detection:\n    condition: a", A, {
      error: /\ba\b|identifier|unknown|empty/i,
    }],
    [
      "only underscores and them",
      "detection:\n    _a:\n        a: 1\n    condition: 1 of them",
      A,
      {
        error: /them|no .*|underscore/i,
      },
    ],
    ["a comparison sign", abc("a > 5"), A, { error: />|unexpected|expected/i }],
    ["an aggregation is pointed to correlations", abc("a | count() > 5"), A, {
      error: /correlation/i,
    }],
    ["an aggregation by a field", abc("a | count(x) by y > 5"), A, { error: /correlation/i }],
    ["near is pointed to correlations", abc("a | near b"), A, { error: /correlation/i }],
    [
      "a timeframe is pointed to correlations",
      "detection:\n    a:\n        a: 1\n    timeframe: 5m\n    condition: a",
      A,
      { error: /correlation|timeframe/i },
    ],
    ["a hundred brackets", abc("(".repeat(100) + "a" + ")".repeat(100)), A, true],
  ]),
];
