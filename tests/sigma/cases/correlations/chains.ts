import { section } from "./correlation_case.ts";

const many = "type: event_count, rules: a, group-by: user, timespan: 10s, condition: { gte: 3 }";
const many2 = (rest: string) =>
  `type: event_count, rules: x0, group-by: user, timespan: 60s, condition: { ${rest} }`;
const then = "type: temporal_ordered, rules: [x0, b], group-by: user, timespan: 60s";
const before = "type: temporal_ordered, rules: [b, x0], group-by: user, timespan: 60s";
const BURST = "0 a u, 1 a u, 2 a u";

export const CHAINS = [
  ...section("C Failed Logins Followed by Successful Login", [
    ["a burst, then a success", [many, then], `${BURST}, 5 b u`, "x1:0=2"],
    ["a burst alone", [many, then], `${BURST}, 3 a u`, ""],
    ["too few, then a success", [many, then], "0 a u, 1 a u, 5 b u", ""],
    ["a success, then a burst", [many, then], `0 b u, 1 a u, 2 a u, 3 a u`, ""],
    ["another user", [many, then], `${BURST}, 5 b v`, ""],
    ["too late", [many, then], `${BURST}, 61 b u`, ""],
    ["just in time, counted from the first failure", [many, then], `${BURST}, 60 b u`, "x1:0=2"],
    ["in the other order", [many, before], `0 b u, 1 a u, 2 a u, 3 a u`, "x1:0=2"],
  ]),
  ...section(
    "D a result of a correlation lasts from its first match to the one that completes it",
    [
      [
        "what follows may come while the burst goes on",
        [many, then],
        `${BURST}, 3 b u, 4 a u`,
        "x1:0=2",
        "rsigma: a point in time, its last event",
      ],
      ["what follows may come at the same time", [many, then], `${BURST}, 2 b u`, "x1:0=2"],
      [
        "what precedes may be between two windows of a burst",
        [many, before],
        "0 a u, 1 a u, 2 a u, 3 b u, 4 a u, 5 a u, 6 a u",
        "x1:3=2",
      ],
      [
        "what precedes must precede the first match of a window",
        [many, before],
        "0 a u, 1 b u, 2 a u, 3 a u",
        "",
      ],
      [
        "the whole result must be inside the window",
        [many, "type: temporal, rules: [x0, b], group-by: user, timespan: 5s"],
        "0 b u, 1 a u, 4 a u, 7 a u",
        "",
      ],
    ],
  ),
  ...section("D results of a correlation count once for each slot of its timespan", [
    [
      "a long burst is one result in a slot",
      [many, many2("gte: 2")],
      "0 a u, 1 a u, 2 a u, 3 a u, 4 a u, 5 a u",
      "",
      "rsigma: each event that completes a window counts",
    ],
    ["two slots", [many, many2("gte: 2")], `${BURST}, 20 a u, 21 a u, 22 a u`, "x1:0=2"],
    ["an upper bound", [many, many2("lt: 2")], BURST, "x1:0=1"],
    [
      "an upper bound that is exceeded",
      [many, many2("lt: 2")],
      `${BURST}, 20 a u, 21 a u, 22 a u`,
      "",
    ],
    [
      "together with a rule",
      [
        many,
        "type: event_count, rules: [x0, b], group-by: user, timespan: 60s, condition: { gte: 3 }",
      ],
      `${BURST}, 3 b u, 4 b u`,
      "x1:0=3",
    ],
    [
      "different groups",
      [many, "type: value_count, rules: x0, timespan: 60s, condition: { field: user, gte: 2 }"],
      "0 a u, 1 a u, 2 a u, 3 a v, 4 a v, 5 a v",
      "x1:0=2",
    ],
    [
      "different groups: only one",
      [many, "type: value_count, rules: x0, timespan: 60s, condition: { field: user, gte: 2 }"],
      "0 a u, 1 a u, 2 a u, 13 a u, 14 a u, 15 a u",
      "",
    ],
  ]),
  ...section("C chains use only their own group-by", [
    [
      "fewer fields",
      [
        "type: event_count, rules: a, group-by: [user, host], timespan: 10s, condition: { gte: 2 }",
        "type: event_count, rules: x0, group-by: user, timespan: 60s, condition: { gte: 2 }",
      ],
      "0 a u 1 h, 1 a u 1 h, 2 a u 1 i, 3 a u 1 i",
      "x1:0=2",
    ],
    [
      "another name by an alias",
      [
        many,
        "type: temporal, rules: [x0, b], group-by: who, timespan: 60s, aliases: { who: { x0: user, b: host } }",
      ],
      `${BURST}, 5 b y 1 u`,
      "x1:0=2",
    ],
    [
      "no group-by",
      [many, "type: temporal, rules: [x0, b], timespan: 60s"],
      `${BURST}, 5 b v`,
      "x1:0=2",
    ],
  ]),
  ...section("D chains", [
    [
      "three levels",
      [many, then, "type: event_count, rules: x1, timespan: 1h, condition: { gte: 2 }"],
      `${BURST}, 5 b u, 100 a v, 101 a v, 102 a v, 105 b v`,
      "x2:0=2",
      "rsigma: 10 levels",
    ],
    [
      "in any order in the file",
      ["type: temporal_ordered, rules: [x1, b], group-by: user, timespan: 60s", many],
      `${BURST}, 5 b u`,
      "x0:0=2",
    ],
    [
      "two correlations use the same rule",
      [many, "type: event_count, rules: a, group-by: user, timespan: 10s, condition: { gte: 2 }"],
      BURST,
      "x0:0=3 x1:0=3",
      "Velociraptor once fired only one",
    ],
    [
      "two correlations use the same correlation",
      [many, then, before],
      `${BURST}, 5 b u`,
      "x1:0=2",
    ],
    [
      "not, of a correlation",
      [many, "type: temporal, condition: b and not x0, group-by: user, timespan: 20s"],
      "0 b u, 1 a u, 2 a u",
      "x1:0=1",
    ],
    [
      "not, of a correlation that holds",
      [many, "type: temporal, condition: b and not x0, group-by: user, timespan: 20s"],
      "0 b u, 1 a u, 2 a u, 3 a u",
      "",
    ],
    [
      "of a condition that must wait",
      ["type: event_count, rules: a, group-by: user, timespan: 10s, condition: { lte: 2 }", then],
      "0 a u, 1 a u, 5 b u",
      "x1:0=2",
    ],
    [
      "of a condition that must wait and does not hold",
      ["type: event_count, rules: a, group-by: user, timespan: 10s, condition: { lte: 2 }", then],
      `${BURST}, 5 b u`,
      "",
    ],
  ]),
  ...section("C Generate", [
    ["a correlation that is referred to is silent", [many, then], BURST, ""],
    ["unless the other says generate", [many, `${then}, generate: true`], BURST, "x0:0=3"],
    ["generate: false is the default", [many, `${then}, generate: false`], BURST, ""],
    [
      "one of two says generate",
      [many, then, `${before}, generate: true`],
      BURST,
      "x0:0=3",
      "pySigma: any of them silences it",
    ],
  ]),
];
