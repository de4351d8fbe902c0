import { section } from "./correlation_case.ts";

const count = (condition: string, rest = "") =>
  `type: event_count, rules: a, group-by: user, timespan: 10s, condition: ${condition}${rest}`;

export const EVENT_COUNT = [
  ...section("C Event Count", [
    ["as many as the condition says", count("{ gte: 3 }"), "0 a u, 1 a u, 2 a u", "0=3"],
    ["one fewer", count("{ gte: 3 }"), "0 a u, 1 a u", ""],
    ["other rules do not count", count("{ gte: 2 }"), "0 a u, 1 b u, 2 c u", ""],
    [
      "the events of several rules together",
      "type: event_count, rules: [a, b], group-by: user, timespan: 10s, condition: { gte: 3 }",
      "0 a u, 1 b u, 2 a u",
      "0=3",
    ],
    [
      "a rule by its id",
      count("{ gte: 1 }").replace("a,", "0000000a-0000-4000-8000-000000000000,"),
      "0 a u",
      "0=1",
    ],
    [
      "a rule by its id in upper case",
      count("{ gte: 1 }").replace("a,", "0000000A-0000-4000-8000-000000000000,"),
      "0 a u",
      "0=1",
    ],
    ["a list with one rule", count("{ gte: 1 }").replace("a,", "[a],"), "0 a u", "0=1"],
  ]),
  ...section("C Condition", [
    ["gt: more", count("{ gt: 2 }"), "0 a u, 1 a u, 2 a u", "0=3"],
    ["gt: equal is not more", count("{ gt: 2 }"), "0 a u, 1 a u", ""],
    ["gte: equal", count("{ gte: 2 }"), "0 a u, 1 a u", "0=2"],
    ["gte: less", count("{ gte: 2 }"), "0 a u", ""],
    ["lt: less", count("{ lt: 2 }"), "0 a u", "0=1"],
    ["lt: equal is not less", count("{ lt: 2 }"), "0 a u, 1 a u", ""],
    ["lte: equal", count("{ lte: 2 }"), "0 a u, 1 a u", "0=2"],
    ["lte: more", count("{ lte: 2 }"), "0 a u, 1 a u, 2 a u", ""],
    ["eq: equal", count("{ eq: 2 }"), "0 a u, 1 a u", "0=2"],
    ["eq: more", count("{ eq: 2 }"), "0 a u, 1 a u, 2 a u", ""],
    ["eq: less", count("{ eq: 2 }"), "0 a u", ""],
    ["neq: other", count("{ neq: 2 }"), "0 a u", "0=1"],
    ["neq: equal", count("{ neq: 2 }"), "0 a u, 1 a u", ""],
    [
      "a range: inside",
      count("{ gt: 1, lte: 3 }"),
      "0 a u, 1 a u, 2 a u",
      "0=3",
      "pySigma refuses more than one operator",
    ],
    [
      "a range: above",
      count("{ gt: 1, lte: 3 }"),
      "0 a u, 1 a u, 2 a u, 3 a u",
      "",
      "pySigma refuses more than one operator",
    ],
    ["a range: below", count("{ gt: 1, lte: 3 }"), "0 a u", "", "pySigma refuses ranges"],
    ["a range with neq: the hole", count("{ gte: 1, neq: 2 }"), "0 a u, 1 a u", ""],
    ["a range with neq: beside the hole", count("{ gte: 1, neq: 2 }"), "0 a u", "0=1"],
    ["gte and gt: both must hold", count("{ gte: 1, gt: 2 }"), "0 a u, 1 a u", ""],
    [
      "a count with a fraction",
      count("{ gte: 1.5 }"),
      "0 a u, 1 a u",
      "0=2",
      "pySigma 1.5 reads 1",
    ],
  ]),
  ...section("D upper bounds: only windows that are not part of another one", [
    [
      "the end of a burst alone is not a result",
      count("{ lt: 3 }"),
      "0 a u, 1 a u, 2 a u",
      "",
      "rsigma: the first event is less than 3, so it fires at once",
    ],
    [
      "eq: not at the end of a longer burst",
      count("{ eq: 3 }"),
      "0 a u, 1 a u, 2 a u, 3 a u, 4 a u",
      "",
      "rsigma fires when the third arrives",
    ],
    ["a second window that reaches further", count("{ eq: 1 }"), "0 a u, 1 a u, 20 a u", "20=1"],
    [
      "windows that overlap are looked at each",
      count("{ lte: 2 }"),
      "0 a u, 8 a u, 16 a u, 24 a u",
      "0=2 16=2",
    ],
    ["equal times are one window", count("{ lte: 2 }"), "0 a u, 0 a u, 0 a u", ""],
  ]),
  ...section("D one event that matches several rules", [
    [
      "it counts once",
      "type: event_count, rules: [a, b], group-by: user, timespan: 10s, condition: { gte: 2 }",
      "0 ab u",
      "",
      "rsigma counts each rule that matches",
    ],
  ]),
];
