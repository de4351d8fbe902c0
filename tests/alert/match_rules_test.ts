import { assertEquals } from "@std/assert";
import { type CorrelationInput, MemoryStore } from "../../src/sigma/engine.ts";
import { parseSigma } from "../../src/sigma/parse.ts";
import { isThousandEyesRule, matchRules } from "../../src/alert/match_rules.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";

const { rules, filters } = parseSigma(`
title: Failed login of the board
id: 6f2b1c36-6a0c-4d5e-9f0a-111111111111
logsource: { product: thousandeyes, service: audit }
detection:
  selection:
    event|contains: login failed
  board:
    user.email|endswith: "@board.example.com"
  other:
    user.email|startswith: ada
  condition:
    - selection and board
    - selection and other
level: high
---
title: Somewhere else
logsource: { product: windows }
detection:
  selection:
    event|contains: login failed
  condition: selection
---
title: Not from the lab
logsource: { product: thousandeyes, service: audit }
filter:
  rules: [6f2b1c36-6a0c-4d5e-9f0a-111111111111]
  lab:
    ipAddress|cidr: 192.0.2.0/24
  condition: not lab
`);

Deno.test("matchRules() returns a rule once, however many of its conditions hold, with the fields that matched", () => {
  const { match } = matchRules({ rules, filters }, () => {});
  const [found, ...others] = match(toSigmaEvent({
    event: "Login failed.",
    user: "Ada (ada@board.example.com)",
  }));
  assertEquals(others, []);
  assertEquals(found?.rule.title, "Failed login of the board");
  assertEquals(found?.matched, [
    { field: "event", value: "Login failed.", item: "event|contains: login failed" },
    {
      field: "user.email",
      value: "ada@board.example.com",
      item: "user.email|endswith: @board.example.com",
    },
    { field: "user.email", value: "ada@board.example.com", item: "user.email|startswith: ada" },
  ]);
});

Deno.test("matchRules() does not match rules for other log sources", () => {
  const { match } = matchRules({ rules, filters }, () => {});
  assertEquals(match(toSigmaEvent({ event: "Login failed." })), []);
});

Deno.test("matchRules() applies filters to the rules that they name", () => {
  assertEquals(filters.length, 1);
  const { match } = matchRules({ rules, filters }, () => {});
  const event = { event: "Login failed.", user: "Ada (ada@board.example.com)" };
  assertEquals(match(toSigmaEvent({ ...event, ipAddress: "192.0.2.7" })), []);
  const [found] = match(toSigmaEvent({ ...event, ipAddress: "198.51.100.7" }));
  assertEquals(found?.matched?.map(({ field }) => field), ["event", "user.email", "user.email"]);
});

Deno.test("matchRules() leaves out a rule that does not compile, and reports it", () => {
  const broken = structuredClone(rules[0]!);
  broken.title = "Broken";
  for (const { detection } of broken.detections) {
    if (detection.kind === "item") detection.modifiers = ["unheard_of"];
    else if ("of" in detection) {
      for (const item of detection.of) {
        if (item.kind === "item") item.modifiers = ["unheard_of"];
      }
    }
  }
  const reports: string[] = [];
  const matcher = matchRules(
    { rules: [broken, ...rules], filters },
    (_, facts) => void reports.push((facts as { title: string }).title),
  );
  assertEquals(new Set(reports), new Set(["Broken"]));
  assertEquals(matcher.rules.map(({ title }) => title), rules.map(({ title }) => title));
});

Deno.test("isThousandEyesRule() takes the product in any case, as matching does", () => {
  const logsources = [{ product: "thousandeyes" }, { product: "ThousandEyes" }, {}, {
    product: "windows",
  }];
  assertEquals(
    logsources.map((logsource) => isThousandEyesRule({ logsource })),
    [true, true, false, false],
  );
});

const PAIR = `
title: Failed login
name: failed_login
tags: [attack.t1110]
logsource: { product: thousandeyes, service: audit }
detection:
  selection:
    event|contains: login failed
  condition: selection
---
title: Many failed logins
name: many_failed_logins
correlation:
  type: event_count
  rules: failed_login
  group-by: user
  timespan: 10m
  condition: { gte: 2 }
  generate: true
`;
const pair = parseSigma(PAIR);

/** What makes an alert if Ada fails to log in twice. */
function alertsOf(disabled: readonly string[], only?: readonly string[]) {
  const matcher = matchRules(pair, () => {}, { disabled, only });
  const { match, correlator } = matcher;
  const inputs: CorrelationInput[] = [];
  const alone = [0, 1].flatMap((time) => {
    const event = toSigmaEvent({ event: "Login failed.", user: "Ada" });
    const matches = match(event);
    correlator?.collect({ event, time, id: String(time) }, matches, inputs);
    return matches.filter(({ isSilent }) => !isSilent).map(({ rule }) => rule.title);
  });
  const { results } = correlator!.correlate(new MemoryStore(), inputs, 0);
  return { alone, together: results.map(({ document }) => document.title), ...matcher };
}

Deno.test("a rule that is switched off makes no alert, and correlations still count it", () => {
  const { alone, together, rules, disabled } = alertsOf(["FAILED_LOGIN"]);
  assertEquals([alone, together], [[], ["Many failed logins"]]);
  assertEquals([rules, disabled.map(({ title }) => title)], [[], ["Failed login"]]);
});

Deno.test("a correlation that is switched off makes no alert, and its rules do what they did", () => {
  const { alone, together } = alertsOf(["many_failed_logins"]);
  assertEquals([alone, together], [["Failed login", "Failed login"], []]);
});

Deno.test("only the rules that are named make alerts, by id, name or tag, and correlations still count the others", () => {
  const { alone, together, disabled } = alertsOf([], ["many_failed_logins"]);
  assertEquals([alone, together], [[], ["Many failed logins"]]);
  assertEquals(disabled.map(({ title }) => title), ["Failed login"]);
  const byTag = alertsOf([], ["ATTACK.T1110"]);
  assertEquals([byTag.alone.length, byTag.together], [2, []]);
  const both = alertsOf(["attack.t1110"], ["failed_login", "nothing"]);
  assertEquals([both.alone, both.together, both.alerting], [[], [], []]);
  assertEquals(both.unknown.map(({ name }) => name), ["nothing"]);
});

Deno.test("what no rule has as its id or name is told with the name that is closest", () => {
  const { alone, together, unknown } = alertsOf(["failed_logins", "Somebody"]);
  assertEquals([alone.length, together.length], [2, 1]);
  assertEquals(unknown, [
    { name: "failed_logins", meant: "failed_login" },
    { name: "Somebody", meant: undefined },
  ]);
});

Deno.test("what can make an alert is told: not what is switched off, only counts, or is never reached", () => {
  const alertingOf = (bundle: Parameters<typeof matchRules>[0], disabled: string[] = []) =>
    matchRules(bundle, () => {}, { disabled }).alerting.map(({ title }) => title);
  const counted = parseSigma(PAIR.replace("generate: true", "generate: false"));
  const elsewhere = parseSigma(PAIR.replace("thousandeyes, service: audit", "windows"));
  const looksBack = parseSigma(`
title: New network
id: 6f2b1c36-6a0c-4d5e-9f0a-222222222222
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|contains: login }, condition: selection }
panoptes: { new_value: { field: ipAddress, group-by: user } }
`);
  assertEquals(alertingOf({ rules, filters }), ["Failed login of the board"]);
  assertEquals(alertingOf(pair), ["Failed login", "Many failed logins"]);
  assertEquals(alertingOf(pair, ["failed_login"]), ["Many failed logins"]);
  assertEquals(alertingOf(pair, ["failed_login", "many_failed_logins"]), []);
  assertEquals(alertingOf(counted), ["Many failed logins"]);
  assertEquals(alertingOf(counted, ["many_failed_logins"]), []);
  assertEquals(alertingOf(elsewhere), []);
  assertEquals(alertingOf(looksBack), ["New network"]);
  assertEquals(alertingOf(looksBack, ["6f2b1c36-6a0c-4d5e-9f0a-222222222222"]), []);
});
