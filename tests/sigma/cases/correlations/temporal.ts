import { section } from "./correlation_case.ts";

const temporal = (rest: string) => `type: temporal, group-by: user, timespan: 10s, ${rest}`;
const ordered = (rest: string) => `type: temporal_ordered, group-by: user, timespan: 10s, ${rest}`;

export const TEMPORAL = [
  ...section("C Temporal Proximity", [
    ["all rules", temporal("rules: [a, b]"), "0 a u, 5 b u", "0=2"],
    ["in any order", temporal("rules: [a, b]"), "0 b u, 5 a u", "0=2"],
    ["one is missing", temporal("rules: [a, b, c]"), "0 a u, 5 b u", ""],
    ["the same rule twice is one rule", temporal("rules: [a, b]"), "0 a u, 5 a u", ""],
    ["another group", temporal("rules: [a, b]"), "0 a u, 5 b v", ""],
    [
      "the last before and the first after",
      temporal("rules: [a, b]"),
      "0 a u, 8 a u, 15 b u",
      "8=2",
    ],
    ["too far apart", temporal("rules: [a, b]"), "0 a u, 11 b u", ""],
    ["one event matches both rules", temporal("rules: [a, b]"), "0 ab u", "0=2"],
    ["one rule", temporal("rules: [a]"), "0 a u", "0=1"],
  ]),
  ...section("C Condition: the count of different event types", [
    ["two of three", temporal("rules: [a, b, c], condition: { gte: 2 }"), "0 a u, 5 c u", "0=2"],
    ["gt", temporal("rules: [a, b, c], condition: { gt: 1 }"), "0 a u, 5 c u", "0=2"],
    ["one of three is too few", temporal("rules: [a, b, c], condition: { gte: 2 }"), "0 a u", ""],
    ["exactly two", temporal("rules: [a, b, c], condition: { eq: 2 }"), "0 a u, 5 c u", "0=2"],
    [
      "exactly two, but three",
      temporal("rules: [a, b, c], condition: { eq: 2 }"),
      "0 a u, 1 b u, 2 c u",
      "",
    ],
    ["fewer than two", temporal("rules: [a, b], condition: { lt: 2 }"), "0 a u, 1 a u", "0=1"],
    [
      "fewer than two, but both",
      temporal("rules: [a, b], condition: { lt: 2 }"),
      "0 a u, 1 b u",
      "",
    ],
    ["at most one", temporal("rules: [a, b], condition: { lte: 1 }"), "0 b u", "0=1"],
    ["not one", temporal("rules: [a, b], condition: { neq: 1 }"), "0 a u, 1 b u", "0=2"],
  ]),
  ...section("B extended conditions", [
    ["and", temporal("condition: a and b"), "0 a u, 5 b u", "0=2"],
    ["and: one is missing", temporal("condition: a and b"), "0 a u", ""],
    ["or", temporal("condition: a or b"), "0 b u", "0=1"],
    ["brackets", temporal("condition: a and (b or c)"), "0 c u, 5 a u", "0=2"],
    ["and binds more tightly than or", temporal("condition: a and b or c"), "0 c u", "0=1"],
    ["with a list of rules", temporal("rules: [a, b], condition: a and b"), "0 a u, 5 b u", "0=2"],
    [
      "operators in upper case",
      temporal("condition: a AND b"),
      "0 a u, 5 b u",
      "0=2",
      "pySigma: lower case only",
    ],
    [
      "by id",
      temporal("condition: 0000000a-0000-4000-8000-000000000000 and b"),
      "0 a u, 5 b u",
      "0=2",
      "pySigma: names only",
    ],
    ["not: it is absent", temporal("condition: a and not b"), "0 a u", "0=1"],
    ["not: it follows", temporal("condition: a and not b"), "0 a u, 10 b u", ""],
    ["not: it comes too late", temporal("condition: a and not b"), "0 a u, 11 b u", "0=1"],
    [
      "not: it precedes",
      temporal("condition: a and not b"),
      "0 b u, 10 a u",
      "",
      "rsigma decides when a arrives, as long as no b has",
    ],
    ["not: it precedes too early", temporal("condition: a and not b"), "0 b u, 11 a u", "11=1"],
    ["not: in another group", temporal("condition: a and not b"), "0 a u, 1 b v", "0=1"],
    ["not with brackets", temporal("condition: a and not (b or c)"), "0 a u, 1 c u", ""],
    ["and, and not", temporal("condition: a and b and not c"), "0 a u, 1 b u", "0=2"],
    [
      "and, and not: it is there",
      temporal("condition: a and b and not c"),
      "0 a u, 1 b u, 2 c u",
      "",
    ],
  ]),
];

export const TEMPORAL_ORDERED = [
  ...section("C Ordered Temporal Proximity", [
    ["in the order given", ordered("rules: [a, b]"), "0 a u, 5 b u", "0=2"],
    ["in the other order", ordered("rules: [a, b]"), "0 b u, 5 a u", ""],
    ["others between them", ordered("rules: [a, c]"), "0 a u, 5 b u, 6 c u", "0=2"],
    ["three", ordered("rules: [a, b, c]"), "0 a u, 5 b u, 6 c u", "0=3"],
    ["three, two in the wrong order", ordered("rules: [a, b, c]"), "0 a u, 5 c u, 6 b u", ""],
    [
      "an early one is not the one that counts",
      ordered("rules: [a, b]"),
      "0 b u, 1 a u, 2 b u",
      "1=2",
    ],
    ["the first is too early", ordered("rules: [a, b]"), "0 a u, 11 b u", ""],
    ["a later first one", ordered("rules: [a, b]"), "0 a u, 5 a u, 11 b u", "5=2"],
    ["another group", ordered("rules: [a, b]"), "0 a u, 5 b v", ""],
  ]),
  ...section("D a window of an order starts with what can be first in it", [
    [
      "what comes before it, in another slot, makes no second result",
      ordered("rules: [a, b]"),
      "8 b u, 11 a u, 12 b u",
      "11=2",
    ],
    ["the first in two slots", ordered("rules: [a, b]"), "8 a u, 11 a u, 12 b u", "8=2 11=2"],
    [
      "either of two that can be first",
      ordered("rules: [a, b, c], condition: (a or b) and c"),
      "8 c u, 11 b u, 12 c u",
      "11=2",
    ],
    [
      "two of three: the second can be first",
      ordered("rules: [a, b, c], condition: { gte: 2 }"),
      "8 c u, 11 b u, 12 c u",
      "11=2",
    ],
    [
      "with not, any match may start the window",
      ordered("rules: [a, b, c], condition: a and b and not c"),
      "0 b u, 1 a u, 2 b u",
      "0=2",
    ],
  ]),
  ...section("D equal times are in order", [
    ["two events", ordered("rules: [a, b]"), "0 b u, 0 a u", "0=2", "rsigma: not earlier, too"],
    ["one event that matches both", ordered("rules: [a, b]"), "0 ab u", "0=2"],
  ]),
  ...section("D the same rule again", [
    ["needs another event", ordered("rules: [a, b, a]"), "0 a u, 1 b u, 2 a u", "0=3"],
    ["is not met by the first one", ordered("rules: [a, b, a]"), "0 a u, 1 b u", ""],
    ["twice in a row", ordered("rules: [a, a]"), "0 a u, 1 a u", "0=2"],
    ["twice in a row, once there", ordered("rules: [a, a]"), "0 a u", ""],
  ]),
  ...section("D a count of rules that are in order", [
    ["two of three", ordered("rules: [a, b, c], condition: { gte: 2 }"), "0 a u, 1 c u", "0=2"],
    [
      "two of three, not in order",
      ordered("rules: [a, b, c], condition: { gte: 2 }"),
      "0 c u, 1 a u",
      "",
    ],
    ["less than all", ordered("rules: [a, b], condition: { lt: 2 }"), "0 b u, 1 a u", "0=1"],
  ]),
  ...section("B extended conditions in order: 'and' means 'then'", [
    ["then", ordered("condition: a and b"), "0 a u, 1 b u", "0=2"],
    ["not in order", ordered("condition: a and b"), "0 b u, 1 a u", ""],
    ["either, then", ordered("condition: (a or b) and c"), "0 b u, 1 c u", "0=2"],
    ["then either", ordered("condition: c and (a or b)"), "0 c u, 1 b u", "0=2"],
    ["then either, not in order", ordered("condition: c and (a or b)"), "0 b u, 1 c u", ""],
    ["then, without a third", ordered("condition: a and b and not c"), "0 a u, 1 b u", "0=2"],
    [
      "then, with the third between",
      ordered("condition: a and b and not c"),
      "0 a u, 1 c u, 2 b u",
      "",
    ],
    [
      "the third may be nowhere in the window",
      ordered("condition: a and b and not c"),
      "0 a u, 1 b u, 9 c u",
      "",
      "rsigma decides when b arrives",
    ],
  ]),
];
