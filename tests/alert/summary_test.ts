import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as fc from "fast-check";
import { summaryOf } from "../../src/alert/summary.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };

const EVENT = {
  event: "Test deleted.",
  user: "Ana Diaz (ana@example.org)",
  uid: "245",
  ipAddress: "192.0.2.44",
  resources: [{ type: "testName", name: "payments-api" }],
};
const withSummary = (summary: string) => ({ title: "A rule", custom: { panoptes: { summary } } });

Deno.test("a summary is the rule's template with the values of the event", () => {
  const rule = withSummary("{event}: {resources.name}, by {user.name} from {ipAddress}");
  assertEquals(summaryOf(rule, EVENT), "Test deleted: payments-api, by Ana Diaz from 192.0.2.44");
});

Deno.test("without a template, a summary is the title with who acted, on what and from where", () => {
  const rule = { title: "Test deleted" };
  assertEquals(summaryOf(rule, EVENT), "Test deleted: Ana Diaz, payments-api, from 192.0.2.44");
  assertEquals(summaryOf(rule, { user: "ana@example.org" }), "Test deleted: ana@example.org");
  assertEquals(summaryOf(rule, {}), "Test deleted");
});

Deno.test("a summary says in words which value an event does not have", () => {
  const rule = withSummary("{user.name} deleted {resources.name} from {ipAddress} ({odd})");
  assertEquals(
    summaryOf(rule, {}),
    "somebody deleted an unnamed resource from an unknown address (unknown)",
  );
  assertEquals(summaryOf(withSummary("{user.name} logged in"), { uid: "245" }), "245 logged in");
});

Deno.test("a summary names three values of a field, and how many more there are", () => {
  const resources = ["a", "b", "c", "d", "e"].map((name) => ({ type: "testName", name }));
  const rule = withSummary("Deleted {resources.name}");
  assertEquals(summaryOf(rule, { resources: resources.slice(0, 2) }), "Deleted a and b");
  assertEquals(summaryOf(rule, { resources }), "Deleted a, b, c and 2 more");
});

Deno.test("a summary reads an item that is not a valid event as far as it can be read", () => {
  const item = {
    user: { id: 7, name: "Eve (eve@evil.example)" },
    resources: { name: "x" },
    aid: 12,
  };
  assertEquals(
    summaryOf(withSummary("{user} in {aid}: {resources.name}"), item),
    "7 and Eve (eve@evil.example) in 12: x",
  );
});

Deno.test("a summary takes further values from the caller, and none of them from the event", () => {
  const rule = withSummary("{user.name} failed {count} times in {timespan}");
  const event = { ...EVENT, count: 9_999, "user.name": "admin" };
  assertEquals(
    summaryOf(rule, event, { count: 5, timespan: "10 minutes" }),
    "Ana Diaz failed 5 times in 10 minutes",
  );
});

Deno.test("nothing in an event breaks the line, hides or reorders text, or becomes a placeholder", () => {
  const hostile = "Eve\u001b[2J\r\n{ipAddress}\u202eA\u200b\u2028\u0000";
  const line = summaryOf(withSummary("{user.name} from {ipAddress}"), {
    user: hostile,
    ipAddress: "192.0.2.44",
  });
  assertEquals(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line), false, line);
  assertStringIncludes(line, "{ipAddress}");
  assert(line.endsWith(" from 192.0.2.44"));
});

Deno.test("no value pushes the rest out of sight, and a summary has at most 300 characters", () => {
  const user = "x".repeat(1_000_000);
  const line = summaryOf(withSummary("{user.name} from {ipAddress}"), {
    user,
    ipAddress: "192.0.2.44",
  });
  assertEquals(line, `${"x".repeat(79)}… from 192.0.2.44`);
  assertEquals(summaryOf({ title: "t".repeat(500) }, EVENT).length, 300);
});

Deno.test("any rule and any JSON give one plain line", () => {
  fc.assert(fc.property(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "binary" }),
    fc.dictionary(
      fc.constantFrom("user", "event", "ipAddress", "resources", "user.name", "uid"),
      fc.jsonValue(),
    ),
    (title, template, event) => {
      const rules = [{ title }, withSummary(`${template}{user.name}{resources.name}{event}`)];
      for (const rule of rules) {
        const line = summaryOf(rule, event);
        assert(line.length <= 300 && line.isWellFormed());
        assert(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(line));
      }
    },
  ));
});

Deno.test("every rule of rules/ has a summary and a runbook", () => {
  const lacking = bundle.rules.filter(({ custom }) => {
    const { summary, runbook } = (custom as { panoptes?: Record<string, string> }).panoptes ?? {};
    return summary === undefined || runbook === undefined;
  });
  assertEquals(lacking.map(({ title }) => title), []);
});
