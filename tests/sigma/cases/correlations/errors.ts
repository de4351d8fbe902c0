import { section } from "./correlation_case.ts";

const good = "type: event_count, rules: a, group-by: user, timespan: 10s, condition: { gte: 2 }";
const bad = (from: string, to: string) => good.replace(from, to);
const none = "";

export const ERRORS = [
  ...section("C Components: errors", [
    ["no type", bad("type: event_count, ", ""), none, { error: /needs 'type'/ }],
    ["an unknown type", bad("event_count", "event_counts"), none, {
      error: /Unknown type 'event_counts'.*event_count$/,
    }],
    ["no rules", bad("rules: a, ", ""), none, { error: /needs 'rules'/ }],
    ["an empty list of rules", bad("rules: a", "rules: []"), none, { error: /names no rule/ }],
    ["a rule that is a map", bad("rules: a", "rules: { a: b }"), none, {
      error: /'rules' must be a string or a list of strings/,
    }],
    ["a repeated rule", bad("rules: a", "rules: [a, a]"), none, { error: /Duplicate rule 'a'/ }],
    [
      "a rule by id and by name",
      bad("rules: a", "rules: [a, 0000000a-0000-4000-8000-000000000000]"),
      none,
      { error: /named twice/ },
    ],
    ["an unknown rule", bad("rules: a", "rules: failed_login"), none, {
      error: /No rule or correlation has the id or name 'failed_login'/,
    }],
    ["a rule by its title", bad("rules: a", "rules: Rule a"), none, { error: /'Rule a' a$/ }],
    ["no timespan", bad("timespan: 10s, ", ""), none, { error: /needs 'timespan'/ }],
    ["a timespan without a unit", bad("10s", "10"), none, { error: /The timespan '10' is not/ }],
    ["a timespan with a fraction", bad("10s", "1.5h"), none, {
      error: /The timespan '1\.5h' is not/,
    }],
    ["a timespan of zero", bad("10s", "0s"), none, { error: /The timespan '0s' is not/ }],
    ["a timespan in words", bad("10s", "10 min"), none, {
      error: /The timespan '10 min' is not.* 10m$/,
    }],
    ["a timespan of more than ten years", bad("10s", "20y"), none, { error: /at most ten years/ }],
    ["no condition", bad(", condition: { gte: 2 }", ""), none, { error: /needs 'condition'/ }],
    ["an empty condition", bad("{ gte: 2 }", "{}"), none, { error: /none of gt, gte/ }],
    ["an unknown operator", bad("gte: 2", "ge: 2"), none, { error: /Unknown key 'ge'.*gte?$/ }],
    ["a bound that is a string", bad("gte: 2", "gte: '2'"), none, {
      error: /'gte' must be a number/,
    }],
    ["an unknown key", bad("rules", "group_by: user, rules"), none, {
      error: /Unknown key 'group_by'.*group-by$/,
    }],
    ["an extension of another engine", bad("rules", "window: tumbling, rules"), none, {
      error: /Unknown key 'window'/,
    }, "rsigma has it"],
    ["generate that is a string", bad("rules", "generate: 'yes', rules"), none, {
      error: /'generate' must be true or false/,
    }],
    ["a group-by that is a map", bad("group-by: user", "group-by: { a: b }"), none, {
      error: /'group-by' must be/,
    }],
    ["a repeated field in group-by", bad("group-by: user", "group-by: [user, user]"), none, {
      error: /Duplicate field 'user'/,
    }],
  ]),
  ...section("C Condition: errors", [
    ["less than one event", bad("gte: 2", "lt: 1"), none, {
      error: /can never hold: a window starts at a match/,
    }, "absence needs another kind of rule"],
    ["no event", bad("gte: 2", "eq: 0"), none, { error: /can never hold/ }],
    ["a range that is empty", bad("gte: 2", "gte: 5, lt: 3"), none, { error: /can never hold/ }],
    ["a range without a whole number", bad("gte: 2", "gt: 2, lt: 3"), none, {
      error: /can never hold/,
    }],
    ["half an event", bad("gte: 2", "eq: 2.5"), none, { error: /can never hold/ }],
    [
      "a sum whose bounds contradict each other",
      "type: value_sum, rules: a, timespan: 1m, condition: { field: value, gt: 5, lt: 5 }",
      none,
      { error: /bounds contradict/ },
    ],
    [
      "more rules than there are",
      "type: temporal, rules: [a, b], timespan: 1m, condition: { gte: 3 }",
      none,
      { error: /from 1 to 2 of the rules/ },
    ],
    ["more events than are kept", bad("gte: 2", "gte: 20000"), none, {
      error: /needs 20000 matches, but only 10000/,
    }],
    ["event_count with a field", bad("gte: 2", "field: user, gte: 2"), none, {
      error: /'event_count' has no field/,
    }],
    ["value_count without a field", bad("event_count", "value_count"), none, {
      error: /'value_count' needs a field/,
    }],
    [
      "value_sum with two fields",
      "type: value_sum, rules: a, timespan: 1m, condition: { field: [value, host], gt: 5 }",
      none,
      { error: /takes one field/ },
    ],
    ["a percentile where there is none", bad("gte: 2", "percentile: 5, gte: 2"), none, {
      error: /'event_count' has no percentile/,
    }],
    [
      "a percentile above 100",
      "type: value_percentile, rules: a, timespan: 1m, condition: { field: value, gt: 5, percentile: 101 }",
      none,
      { error: /from 0 to 100/ },
    ],
    [
      "a sum over a correlation",
      [good, "type: value_sum, rules: x0, timespan: 1m, condition: { field: user, gt: 5 }"],
      none,
      { error: /'x0' is a correlation/ },
    ],
  ]),
  ...section("B extended conditions: errors", [
    [
      "a rule that is not listed",
      "type: temporal, rules: [a], timespan: 1m, condition: a and b",
      none,
      { error: /Unknown rule 'b'/ },
      "pySigma too",
    ],
    ["a rule that is not used", "type: temporal, rules: [a, b], timespan: 1m, condition: a", none, {
      error: /does not use the rule 'b'/,
    }, "pySigma too"],
    ["an unknown rule", "type: temporal, timespan: 1m, condition: a and nobody", none, {
      error: /id or name 'nobody'/,
    }],
    ["an operator is missing", "type: temporal, timespan: 1m, condition: a b", none, {
      error: /Expected 'and' or 'or' before 'b'/,
    }],
    ["x of", "type: temporal, rules: [a, b], timespan: 1m, condition: 1 of them", none, {
      error: /'x of' is not part/,
    }],
    ["not temporal", bad("{ gte: 2 }", "a and b"), none, { error: /'event_count' needs a map/ }],
    ["only not", "type: temporal, timespan: 1m, condition: not a", none, {
      error: /holds without any match/,
    }, "rsigma fires at the first event of another rule"],
  ]),
  ...section("C Related rules: errors between correlations", [
    ["itself", "type: event_count, rules: x0, timespan: 1m, condition: { gte: 2 }", none, {
      error: /in a cycle: x0 → x0/,
    }],
    [
      "a cycle of two",
      [
        "type: event_count, rules: x1, timespan: 1m, condition: { gte: 2 }",
        "type: event_count, rules: x0, timespan: 1m, condition: { gte: 2 }",
      ],
      none,
      { error: /in a cycle: x0 → x1 → x0/ },
      "rsigma: stops at 10 levels",
    ],
    [
      "a field that the results of a correlation do not have",
      [good, "type: temporal, rules: [x0, b], group-by: host, timespan: 1m"],
      none,
      { error: /The results of 'x0' have no field 'host': it groups by user/ },
      "rsigma: never fires",
    ],
    [
      "a correlation without group-by has no fields",
      [
        "type: event_count, rules: a, timespan: 1m, condition: { gte: 2 }",
        "type: temporal, rules: [x0, b], group-by: host, timespan: 1m",
      ],
      none,
      { error: /it has no group-by/ },
    ],
    [
      "a correlation twice in a sequence",
      [good, "type: temporal_ordered, rules: [x0, b, x0], timespan: 1m"],
      none,
      { error: /named twice/ },
    ],
  ]),
  ...section("C Field Name Aliases: errors", [
    [
      "a rule without a field",
      "type: temporal, rules: [a, b], group-by: who, timespan: 1m, aliases: { who: { a: user } }",
      none,
      { error: /'who' has no field for the rule 'b'/ },
      "rsigma takes the alias as the field",
    ],
    ["a rule that is not referred to", bad("rules", "aliases: { who: { b: user } }, rules"), none, {
      error: /'b', which is not one of the rules/,
    }],
    ["an alias that is a string", bad("rules", "aliases: { who: user }, rules"), none, {
      error: /must be a map from rules/,
    }],
    ["aliases that are a list", bad("rules", "aliases: [who], rules"), none, {
      error: /must be a map from rules/,
    }],
  ]),
];
