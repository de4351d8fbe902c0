import { section } from "./correlation_case.ts";

const distinct = (condition: string, field = "value") =>
  `type: value_count, rules: a, group-by: user, timespan: 10s, condition: { field: ${field}, ${condition} }`;

export const VALUE_COUNT = [
  ...section("C Value Count", [
    ["different values", distinct("gte: 3"), "0 a u 1, 1 a u 2, 2 a u 3", "0=3"],
    ["a repeated value counts once", distinct("gte: 3"), "0 a u 1, 1 a u 2, 2 a u 2, 3 a u 1", ""],
    ["the values of each group", distinct("gte: 2"), "0 a u 1, 1 a v 2", ""],
    [
      "an early value has left the window",
      distinct("gte: 3"),
      "0 a u 1, 6 a u 2, 11 a u 3",
      "",
    ],
    [
      "a value that has left and comes back",
      distinct("gte: 3"),
      "0 a u 1, 6 a u 2, 11 a u 3, 12 a u 1",
      "6=3",
    ],
    [
      "a value that is repeated stays in the window",
      distinct("gte: 3"),
      "0 a u 1, 6 a u 1, 8 a u 2, 16 a u 3",
      "6=3",
    ],
    [
      "values of several rules together",
      "type: value_count, rules: [a, b], group-by: user, timespan: 10s, condition: { field: value, gte: 2 }",
      "0 a u 1, 1 b u 2",
      "0=2",
    ],
    ["gt", distinct("gt: 1"), "0 a u 1, 1 a u 2", "0=2"],
    ["lt: fewer", distinct("lt: 2"), "0 a u 1, 1 a u 1", "0=1"],
    ["lt: too many", distinct("lt: 2"), "0 a u 1, 1 a u 2", ""],
    ["lte", distinct("lte: 2"), "0 a u 1, 1 a u 2, 2 a u 1", "0=2"],
    ["eq", distinct("eq: 2"), "0 a u 1, 1 a u 2, 2 a u 1", "0=2"],
    ["neq", distinct("neq: 2"), "0 a u 1, 1 a u 2", ""],
    ["a range", distinct("gte: 2, lt: 4"), "0 a u 1, 1 a u 2, 2 a u 3", "0=3"],
    ["a range: too many", distinct("gte: 2, lt: 3"), "0 a u 1, 1 a u 2, 2 a u 3", ""],
  ]),
  ...section("C Value Count: a list of fields", [
    ["tuples", distinct("gte: 3", "[value, host]"), "0 a u 1 h, 1 a u 1 i, 2 a u 2 h", "0=3"],
    ["equal tuples", distinct("gte: 3", "[value, host]"), "0 a u 1 h, 1 a u 1 i, 2 a u 1 h", ""],
    [
      "a tuple needs all of its fields",
      distinct("gte: 2", "[value, host]"),
      "0 a u 1 h, 1 a u 2 -",
      "",
    ],
    [
      "the order of a tuple matters",
      distinct("gte: 2", "[value, host]"),
      "0 a u h i, 1 a u i h",
      "0=2",
    ],
  ]),
  ...section("D values", [
    [
      "an event without the field is not counted",
      distinct("gte: 2"),
      "0 a u 1, 1 a u -",
      "",
      "as COUNT(DISTINCT …) in SQL; rsigma too",
    ],
    ["upper and lower case differ", distinct("gte: 2"), "0 a u X, 1 a u x", "0=2"],
    [
      "an alias names the field",
      "type: value_count, rules: [a, b], timespan: 10s, group-by: user, aliases: { thing: { a: value, b: host } }, condition: { field: thing, gte: 2 }",
      "0 a u 1 -, 1 b u - 2",
      "0=2",
    ],
    [
      "an alias names the field: equal values",
      "type: value_count, rules: [a, b], timespan: 10s, group-by: user, aliases: { thing: { a: value, b: host } }, condition: { field: thing, gte: 2 }",
      "0 a u 1 -, 1 b u - 1",
      "",
    ],
  ]),
];
