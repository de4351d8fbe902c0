import { section } from "./correlation_case.ts";

const count = (condition: string, timespan = "10s") =>
  `type: event_count, rules: a, group-by: user, timespan: ${timespan}, condition: ${condition}`;
const two = count("{ gte: 2 }");
const few = count("{ lt: 3 }");

export const WINDOWS = [
  ...section("C Time Selection", [
    ["seconds", count("{ gte: 2 }", "90s"), "0 a u, 90 a u", "0=2"],
    ["minutes", count("{ gte: 2 }", "2m"), "0 a u, 120 a u", "0=2"],
    ["hours", count("{ gte: 2 }", "1h"), "0 a u, 3600 a u", "0=2"],
    ["days", count("{ gte: 2 }", "1d"), "0 a u, 86400 a u", "0=2"],
    ["too late by a second", count("{ gte: 2 }", "1d"), "0 a u, 86401 a u", ""],
  ]),
  ...section("D units that tools add", [
    ["weeks", count("{ gte: 2 }", "1w"), "0 a u, 604800 a u", "/=2", "pySigma too"],
    [
      "months of 2,629,746 s",
      count("{ gte: 2 }", "1M"),
      "0 a u, 2629746 a u",
      "/=2",
      "pySigma too",
    ],
    ["months: too late by a second", count("{ gte: 2 }", "1M"), "0 a u, 2629747 a u", ""],
    [
      "years of 31,556,952 s",
      count("{ gte: 2 }", "1y"),
      "0 a u, 31556952 a u",
      "/=2",
      "pySigma too",
    ],
  ]),
  ...section("D a window includes both ends", [
    ["exactly at the timespan", two, "0 a u, 10 a u", "0=2", "rsigma keeps what is not older, too"],
    ["a millisecond later", two, "0 a u, 10.001 a u", ""],
    ["a millisecond earlier", two, "0.001 a u, 10 a u", "0.001=2"],
    ["equal times", two, "0 a u, 0 a u", "0=2"],
  ]),
  ...section("C the time frame is not restricted to boundaries", [
    [
      "across a multiple of the timespan",
      two,
      "9 a u, 11 a u",
      "9=2",
      "rsigma: window: sliding, its default",
    ],
    ["the second pair", two, "0 a u, 11 a u, 12 a u", "11=2"],
    ["a chain of pairs is not one window", count("{ gte: 3 }"), "0 a u, 6 a u, 12 a u", ""],
  ]),
  ...section("D one result for each slot of the timespan", [
    ["more matches in the same slot", two, "0 a u, 1 a u, 2 a u, 3 a u", "0=4"],
    ["the next slot", two, "0 a u, 1 a u, 11 a u, 12 a u", "0=2 11=2"],
    [
      "a burst across a boundary",
      two,
      "8 a u, 9 a u, 10 a u, 11 a u",
      "8=4 10=2",
      "rsigma: a result for each event, unless suppressed",
    ],
    ["slots of different groups", two, "0 a u, 1 a u, 2 a v, 3 a v", "0=2 2=2"],
  ]),
  ...section("D evaluation by the time of events", [
    ["newest first", two, "9 a u, 0 a u", "0=2", "rsigma: by arrival"],
    ["newest first, in two calls", two, "9 a u, w-1, 0 a u, w-1", "0=2@2"],
    ["one between two", count("{ gte: 3 }"), "0 a u, 10 a u, w-1, 5 a u, w-1", "0=3@2"],
    ["one that completes an earlier window", two, "20 a u, w-1, 5 a u, w-1, 0 a u, w-1", "0=2@3"],
    ["interleaved groups", two, "0 a u, 0 a v, 10 a v, 10 a u, 21 a u", "0=2 0=2"],
    [
      "a temporal correlation, newest first",
      "type: temporal_ordered, rules: [a, b], group-by: user, timespan: 10s",
      "5 b u, w-1, 0 a u, w-1",
      "0=2@2",
    ],
    [
      "distinct values, newest first",
      "type: value_count, rules: a, timespan: 10s, condition: { field: value, gte: 3 }",
      "9 a u 1, w-1, 5 a u 2, w-1, 0 a u 3, w-1",
      "0=3@3",
    ],
  ]),
  ...section("D an event that comes again", [
    ["counts once", count("{ gte: 2 }"), "0 a u #1, w-1, 0 a u #1, w-1", ""],
    ["in the same call", count("{ gte: 2 }"), "0 a u #1, 0 a u #1", ""],
    ["two equal events are two", count("{ gte: 2 }"), "0 a u #1, 0 a u #2", "0=2"],
    ["a result comes once", two, "0 a u #1, 1 a u #2, w-1, 0 a u #1, 1 a u #2, w-1", "0=2@1"],
    ["a result that grows comes once", two, "0 a u, 1 a u, w-1, 2 a u, w-1", "0=2@1"],
  ]),
  ...section("D what further events can only make truer comes at once", [
    ["a count", two, "0 a u, 1 a u, w-1", "0=2@1"],
    [
      "temporal",
      "type: temporal, rules: [a, b], group-by: user, timespan: 10s",
      "0 a u, 1 b u, w-1",
      "0=2@1",
    ],
    [
      "an expression without not",
      "type: temporal, condition: a and b, group-by: user, timespan: 10s",
      "0 a u, 1 b u, w-1",
      "0=2@1",
    ],
  ]),
  ...section("D what further events can make false waits for the watermark", [
    ["not before the end of the window", few, "0 a u, w9", "0=1@2", "rsigma decides at each event"],
    ["at the end of the window", few, "0 a u, w10", "0=1@1"],
    ["an event that comes in time", few, "0 a u, 1 a u, w9, 10 a u, w10", ""],
    [
      "not",
      "type: temporal, condition: a and not b, group-by: user, timespan: 10s",
      "0 a u, w9, w10",
      "0=1@2",
    ],
    [
      "a sum",
      "type: value_sum, rules: a, timespan: 10s, condition: { field: value, gte: 1 }",
      "0 a u 5, w9, 9 a u -5, w20",
      "",
    ],
    [
      "a median",
      "type: value_median, rules: a, timespan: 10s, condition: { field: value, gte: 5 }",
      "0 a u 5, w9, w10",
      "0=5@2",
    ],
  ]),
  ...section("D late events", [
    ["do not revoke what has been decided", few, "0 a u, w10, 1 a u, 2 a u, w20", "0=1@1"],
    [
      "do not start a window of their own once it has been decided",
      few,
      "0 a u, 1 a u, 2 a u, w30, 3 a u, w40",
      "",
    ],
    [
      "still count for what comes at once, while the others are kept",
      two,
      "9 a u, w12, 5 a u, w12",
      "5=2@2",
    ],
    ["find nothing when the others have expired", two, "0 a u, w30, 5 a u, w30", ""],
  ]),
];
