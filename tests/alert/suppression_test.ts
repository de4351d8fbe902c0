import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import { isFolded, SUPPRESS_BY_LEVEL, suppressionOf } from "../../src/alert/suppression.ts";
import { type AlertingRule, toAlert } from "../../src/alert/to_alert.ts";
import type { JsonValue } from "../../src/sigma/sigma_rule.ts";
import { DEFAULT_WATCH_OPTIONS } from "../../src/watch/watch_options.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const EVENT = {
  event: "Login failed.",
  user: "Ana Diaz (ana@example.org)",
  ipAddress: "192.0.2.44",
  resources: [{ type: "test", name: "b" }, { type: "test", name: "a" }],
};

function ruleOf(level: string, suppress?: JsonValue): AlertingRule {
  return {
    id: "r",
    title: "Rule",
    level,
    custom: suppress === undefined ? {} : { panoptes: { suppress } },
  };
}

function alertOf(rule: AlertingRule, event: Record<string, unknown> = EVENT, more = {}): Alert {
  return { ...toAlert(rule, event, { identity: JSON.stringify(event), occurrence: 1 }), ...more };
}

for (
  const [what, level, suppress, isByDefault, forMs, group] of [
    ["an informational rule", "informational", undefined, true, DAY, ["user"]],
    ["a low rule", "low", undefined, true, DAY, ["user"]],
    ["a medium rule", "medium", undefined, true, HOUR, ["user"]],
    ["a high rule", "high", undefined, true, 15 * MINUTE, ["user"]],
    ["a critical rule", "critical", undefined, true, 0, ["user"]],
    ["a rule without a level", "", undefined, true, DAY, ["user"]],
    ["a low rule, defaults off", "low", undefined, false, 0, ["user"]],
    ["suppress: false", "low", false, true, 0, ["user"]],
    ["its own time", "critical", { for: "2h" }, true, 2 * HOUR, ["user"]],
    ["its own time, defaults off", "low", { for: "2h" }, false, 2 * HOUR, ["user"]],
    ["its own fields", "low", { by: ["ipAddress", "event"], for: "5m" }, true, 5 * MINUTE, [
      "ipAddress",
      "event",
    ]],
    ["one field", "low", { by: "user.email", for: "5m" }, true, 5 * MINUTE, ["user.email"]],
    ["no field", "low", { by: [], for: "5m" }, true, 5 * MINUTE, []],
    ["what cannot be read", "low", { for: "soon" }, true, DAY, ["user"]],
  ] as const
) {
  Deno.test(`suppressionOf() of ${what}: ${forMs / MINUTE} minutes by [${group}]`, () => {
    const rule = ruleOf(level, suppress as JsonValue | undefined);
    const found = suppressionOf(rule, alertOf(rule), isByDefault);
    assertEquals([found.forMs, found.group.map(({ field }) => field)], [forMs, [...group]]);
  });
}

for (
  const [what, suppress, other, isSame] of [
    ["another address", undefined, { ...EVENT, ipAddress: "192.0.2.45" }, true],
    ["another user", undefined, { ...EVENT, user: "Bob" }, false],
    ["no user", undefined, { event: "Login failed." }, false],
    ["resources in another order", { by: ["resources.name"], for: "1h" }, {
      ...EVENT,
      resources: EVENT.resources.toReversed(),
    }, true],
    ["another resource", { by: ["resources.name"], for: "1h" }, {
      ...EVENT,
      resources: [{ type: "test", name: "c" }],
    }, false],
    ["another display name, same address", { by: ["user.email"], for: "1h" }, {
      ...EVENT,
      user: "A. Diaz (ana@example.org)",
    }, true],
    ["anything, by nothing", { by: [], for: "1h" }, { event: "Other." }, true],
    ["a value that is cut in the message", { by: ["event"], for: "1h" }, {
      ...EVENT,
      event: EVENT.event.padEnd(300, "x"),
    }, false],
  ] as const
) {
  Deno.test(`suppressionOf() takes an event with ${what} for ${isSame ? "a repeat" : "another group"}`, () => {
    const rule = ruleOf("low", suppress as unknown as JsonValue | undefined);
    const keys = [EVENT, other].map((event) => suppressionOf(rule, alertOf(rule, event)).key);
    (isSame ? assertEquals : assertNotEquals)(keys[0], keys[1]);
  });
}

Deno.test("suppressionOf() groups a correlation by its group, and by further fields of its events", () => {
  const rule = ruleOf("high");
  const group = [{ field: "user", value: "Ana" }];
  const alert = alertOf(rule, EVENT, { group });
  assertEquals(suppressionOf(rule, alert).group, group);
  const by = ruleOf("high", { by: ["user", "ipAddress"], for: "1h" });
  assertEquals(suppressionOf(by, alert).group, [...group, {
    field: "ipAddress",
    value: "192.0.2.44",
  }]);
});

Deno.test("suppressionOf() keeps rules apart, and the past from the news", () => {
  const rule = ruleOf("low");
  const keys = [
    alertOf(rule),
    alertOf({ ...rule, id: "other" }),
    alertOf(rule, EVENT, { backfilled: true }),
  ].map((alert) => suppressionOf(rule, alert).key);
  assertEquals(new Set(keys).size, 3);
});

Deno.test("isFolded() folds within the window, and not when a rule is shortened or a clock was ahead", () => {
  const window = { openedAt: 10 * HOUR, endsAt: 11 * HOUR };
  const cases: [number, number, boolean][] = [
    [10 * HOUR, HOUR, true],
    [11 * HOUR - 1, HOUR, true],
    [11 * HOUR, HOUR, false],
    [10 * HOUR + 5 * MINUTE, 5 * MINUTE, false], // the rule says 5 minutes now
    [10 * HOUR + 30 * MINUTE, 2 * HOUR, true],
    [11 * HOUR, 2 * HOUR, false], // a window never grows
    [10 * HOUR - 30_000, HOUR, true], // a clock that was corrected by half a minute
    [9 * HOUR, HOUR, false], // a window from a clock that was ahead
  ];
  for (const [now, forMs, expected] of cases) {
    assertEquals(isFolded(window, now, forMs), expected, `${now} for ${forMs}`);
  }
  assert(!isFolded(undefined, 0, HOUR));
});

Deno.test("docs/tuning.md says for how long each level folds, and how many windows there may be", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/tuning.md", import.meta.url));
  const units: Record<string, number> = { day: DAY, hour: HOUR, min: MINUTE };
  const documented = [...docs.matchAll(/^\| (`\w+`(?:, `\w+`)*) +\| (?:(\d+) (\w+)|never) +\|/gm)]
    .flatMap(([, levels = "", count, unit = ""]) =>
      levels.replaceAll("`", "").split(", ")
        .map((level) => [level, count === undefined ? 0 : Number(count) * (units[unit] ?? NaN)])
    );
  assertEquals(Object.fromEntries(documented), SUPPRESS_BY_LEVEL);
  assert(docs.includes(`${DEFAULT_WATCH_OPTIONS.maxFoldWindows.toLocaleString("en")} windows`));
});
