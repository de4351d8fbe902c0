import { section } from "./correlation_case.ts";

const by = (groupBy: string, rest = "") =>
  `type: event_count, rules: a, ${groupBy}timespan: 10s, condition: { gte: 2 }${rest}`;

const ALIASES = "aliases: { who: { a: user, b: host } }";

export const GROUPS = [
  ...section("C Grouping", [
    ["one field", by("group-by: user, "), "0 a u, 2 a u", "0=2"],
    ["a list with one field", by("group-by: [user], "), "0 a u, 1 a u", "0=2"],
    ["other values are other groups", by("group-by: user, "), "0 a u, 1 a v", ""],
    ["two fields", by("group-by: [user, host], "), "0 a u 1 h, 1 a u 1 h", "0=2"],
    ["two fields, one of them differs", by("group-by: [user, host], "), "0 a u 1 h, 1 a u 1 i", ""],
    [
      "groups do not disturb each other",
      by("group-by: user, "),
      "0 a u, 1 a v, 2 a u, 3 a v",
      "0=2 1=2",
    ],
    [
      "values that would look alike when joined",
      by("group-by: [user, host], "),
      "0 a u,v - w, 1 a u - v",
      "",
    ],
  ]),
  ...section("D without group-by, all matches are one group", [
    ["no group-by", by(""), "0 a u, 1 a v", "0=2", "mandatory in 2.1; pySigma: optional"],
    ["a null", by("group-by: null, "), "0 a u, 1 a v", "0=2"],
    ["an empty list", by("group-by: [], "), "0 a u, 1 a v", "0=2"],
    ["a missing field is no matter", by(""), "0 a -, 1 a v", "0=2"],
  ]),
  ...section("D an event without a group field is in no group", [
    [
      "missing",
      by("group-by: user, "),
      "0 a -, 1 a -",
      "",
      "rsigma: events without it are a group",
    ],
    ["one of two is missing", by("group-by: [user, host], "), "0 a u 1 -, 1 a u 1 -", ""],
    ["null", by("group-by: user, "), "0 a null, 1 a null", ""],
    ["an empty list", by("group-by: user, "), "0 a [], 1 a []", ""],
    ["an empty string is a value", by("group-by: user, "), "0 a '', 1 a ''", "0=2"],
  ]),
  ...section("D values of groups", [
    [
      "upper and lower case are different groups",
      by("group-by: user, "),
      "0 a U, 1 a u",
      "",
      "as GROUP BY in SQL, and in rsigma",
    ],
    ["a number equals its string", by("group-by: user, "), "0 a 7, 1 a '7'", "0=2"],
    [
      "a list: the event is in the group of each",
      by("group-by: user, "),
      "0 a [u;v], 1 a v",
      "0=2",
      "rsigma: a list is no value",
    ],
    ["a list with a repeated value counts once", by("group-by: user, "), "0 a [u;u]", ""],
    ["a nested field", by("group-by: deep.user, "), "0 a u, 1 a u", "0=2"],
    [
      "a value of 1,000 characters",
      by("group-by: user, "),
      `0 a ${"x".repeat(1_000)}, 1 a ${"x".repeat(1_000)}`,
      "0=2",
    ],
    [
      "long values with the same beginning differ",
      by("group-by: user, "),
      `0 a ${"x".repeat(1_000)}, 1 a ${"x".repeat(999)}y`,
      "",
    ],
  ]),
  ...section("C Field Name Aliases", [
    [
      "a field for each rule",
      `type: temporal, rules: [a, b], group-by: who, timespan: 10s, ${ALIASES}`,
      "0 a u 1 x, 1 b y 1 u",
      "0=2",
    ],
    [
      "other values",
      `type: temporal, rules: [a, b], group-by: who, timespan: 10s, ${ALIASES}`,
      "0 a u 1 x, 1 b u 1 x",
      "",
    ],
    [
      "by the id of a rule",
      `type: temporal, rules: [a, b], group-by: who, timespan: 10s, aliases: { who: { 0000000a-0000-4000-8000-000000000000: user, b: host } }`,
      "0 a u 1 x, 1 b y 1 u",
      "0=2",
      "the specification: by name",
    ],
    [
      "beside a field",
      `type: temporal, rules: [a, b], group-by: [who, value], timespan: 10s, ${ALIASES}`,
      "0 a u 1 x, 1 b y 1 u",
      "0=2",
    ],
    [
      "beside a field that differs",
      `type: temporal, rules: [a, b], group-by: [who, value], timespan: 10s, ${ALIASES}`,
      "0 a u 1 x, 1 b y 2 u",
      "",
    ],
    [
      "an event without the field of its rule",
      `type: temporal, rules: [a, b], group-by: who, timespan: 10s, ${ALIASES}`,
      "0 a u 1 x, 1 b u 1 -",
      "",
    ],
    [
      "an alias that is not used",
      by("group-by: user, ", ", aliases: { who: { a: host } }"),
      "0 a u, 1 a u",
      "0=2",
    ],
  ]),
];
