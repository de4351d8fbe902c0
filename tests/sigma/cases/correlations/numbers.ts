import { section } from "./correlation_case.ts";

const value = (type: string, condition: string) =>
  `type: value_${type}, rules: a, group-by: user, timespan: 10s, condition: { field: value, ${condition} }`;

export const NUMBERS = [
  ...section("C value_sum", [
    ["the sum", value("sum", "gte: 10"), "0 a u 4, 1 a u 6", "0=10"],
    ["too small", value("sum", "gte: 10"), "0 a u 4, 1 a u 5", ""],
    ["a value has left", value("sum", "gte: 10"), "0 a u 4, 11 a u 6", ""],
    ["negative values", value("sum", "gte: 10"), "0 a u 12, 1 a u -5", ""],
    ["gt", value("sum", "gt: 10"), "0 a u 4, 1 a u 6", ""],
    ["lt", value("sum", "lt: 0"), "0 a u 4, 1 a u -6", "0=-2"],
    ["lte", value("sum", "lte: 0"), "0 a u 4, 1 a u -4", "0=0"],
    ["eq", value("sum", "eq: 0.3"), "0 a u 0.1, 1 a u 0.2", ""],
    [
      "eq does not depend on the order",
      value("sum", "eq: 1"),
      "0 a u 1e16, 1 a u 1, 2 a u -1e16",
      "0=1",
      "plain sums give 0 or 1",
    ],
    ["neq", value("sum", "neq: 10"), "0 a u 4, 1 a u 5", "0=9"],
    ["a range", value("sum", "gte: 5, lt: 10"), "0 a u 4, 1 a u 5", "0=9"],
    ["a string that is a number", value("sum", "gte: 10"), "0 a u '4', 1 a u 6", "0=10"],
    [
      "a string that is no number does not count",
      value("sum", "gte: 10"),
      "0 a u x, 1 a u 10",
      "1=10",
    ],
    ["a missing value does not count", value("sum", "gte: 10"), "0 a u -, 1 a u 10", "1=10"],
  ]),
  ...section("C value_avg", [
    ["the average", value("avg", "eq: 5"), "0 a u 4, 1 a u 6", "0=5"],
    [
      "a fraction",
      value("avg", "gt: 4.4"),
      "0 a u 4, 1 a u 5",
      "0=4.5",
      "pySigma 1.5 truncates the bound",
    ],
    ["of one value", value("avg", "gte: 4"), "0 a u 4", "0=4"],
    ["too low", value("avg", "gte: 5"), "0 a u 4, 1 a u 5", ""],
    ["lt", value("avg", "lt: 5"), "0 a u 4, 1 a u 5", "0=4.5"],
    ["missing values are not zero", value("avg", "eq: 4"), "0 a u 4, 1 a u -", "0=4"],
  ]),
  ...section("C value_percentile", [
    [
      "the 50th unless the condition says otherwise",
      value("percentile", "eq: 2"),
      "0 a u 1, 1 a u 2, 2 a u 3",
      "0=2",
      "rsigma too; the specification's example has no number",
    ],
    [
      "between two values: linear interpolation",
      value("percentile", "eq: 2.5"),
      "0 a u 2, 1 a u 3",
      "0=2.5",
      "rsigma too",
    ],
    [
      "the 90th",
      value("percentile", "percentile: 90, gte: 4.5"),
      "0 a u 1, 1 a u 2, 2 a u 3, 3 a u 4, 4 a u 5",
      "0=4.6",
    ],
    [
      "the 0th is the smallest",
      value("percentile", "percentile: 0, eq: 1"),
      "0 a u 5, 1 a u 1",
      "0=1",
    ],
    [
      "the 100th is the largest",
      value("percentile", "percentile: 100, eq: 5"),
      "0 a u 5, 1 a u 1",
      "0=5",
    ],
    ["of one value", value("percentile", "percentile: 99, eq: 5"), "0 a u 5", "0=5"],
    [
      "a percentile with a fraction",
      value("percentile", "percentile: 99.5, gt: 1"),
      "0 a u 1, 1 a u 3",
      "0=2.99",
      "pySigma: whole numbers only",
    ],
    ["lte", value("percentile", "lte: 1"), "0 a u 1", "0=1"],
    [
      "without values there is none",
      value("percentile", "lte: 1"),
      "0 a u x",
      "",
      "rsigma: an empty window never fires",
    ],
  ]),
  ...section("D value_median, as in pySigma and rsigma", [
    ["of an odd number of values", value("median", "eq: 2"), "0 a u 9, 1 a u 1, 2 a u 2", "0=2"],
    [
      "of an even number of values",
      value("median", "eq: 2.5"),
      "0 a u 9, 1 a u 1, 2 a u 2, 3 a u 3",
      "0=2.5",
    ],
    ["gte", value("median", "gte: 3"), "0 a u 9, 1 a u 1, 2 a u 2", ""],
  ]),
];
