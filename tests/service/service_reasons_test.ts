import { assert, assertEquals } from "@std/assert";
import { REASONS } from "../../src/watch/reasons.ts";
import { type ServiceFacts, serviceReasons } from "../../src/service/service_reasons.ts";

const WELL: ServiceFacts = {
  now: 1_000_000,
  openedAt: 0,
  alerting: 14,
  noRulesSince: 0,
  leftOut: 0,
  disabled: [],
  ruleSet: {
    revision: "0123456789abcdef",
    source: "bundled",
    bundledRevision: "0123456789abcdef",
    uploadedAt: null,
    uploadedBy: null,
    refused: null,
  },
  rulesRefusedSince: 0,
  overridden: [],
  refused: [],
  refusedSince: 0,
  others: [],
  hiddenSince: Infinity,
  streamRefusedAt: undefined,
  failures: undefined,
  keysFailedSince: undefined,
};

function codesOf(facts: Partial<ServiceFacts>): string[] {
  return serviceReasons({ ...WELL, ...facts }).map(({ code, severity }) => `${code} ${severity}`);
}

Deno.test("the health has no reason where the service has none", () => {
  assertEquals(codesOf({}), []);
});

Deno.test("the health is red, and an alert is due, where no rule can alert", () => {
  const [found] = serviceReasons({ ...WELL, alerting: 0, noRulesSince: 5_000 });
  assertEquals([found?.code, found?.severity], ["no_rules", "red"]);
  assertEquals(found?.since, new Date(5_000).toISOString());
  assert(REASONS.no_rules.alerts !== undefined);
});

Deno.test("the health is yellow if a rule does not compile", () => {
  assertEquals(codesOf({ leftOut: 2 }), ["rules_left_out yellow"]);
});

Deno.test("rules that are switched off are named, and leave the health green", () => {
  const [found] = serviceReasons({ ...WELL, disabled: ["Login", "Logout"] });
  assertEquals([found?.code, found?.severity], ["rules_disabled", "info"]);
  assertEquals(found?.message, "Rules are switched off: Login, Logout.");
});

Deno.test("uploaded rules are named, and those that no longer load turn the health yellow", () => {
  const uploadedAt = new Date(5_000).toISOString();
  const uploaded = { ...WELL.ruleSet, uploadedAt, uploadedBy: "ana" };
  const [found] = serviceReasons({ ...WELL, ruleSet: uploaded });
  assertEquals([found?.code, found?.severity, found?.since], [
    "rules_uploaded",
    "info",
    uploadedAt,
  ]);
  const [refused] = serviceReasons({
    ...WELL,
    ruleSet: { ...WELL.ruleSet, refused: "format: The bundle has the format 2" },
    rulesRefusedSince: 7_000,
  });
  assertEquals([refused?.code, refused?.severity], ["upload_refused", "yellow"]);
  assertEquals(
    refused?.message,
    "The uploaded rules do not load, and revision 0123456789abcdef of the deployment is in force: " +
      "format: The bundle has the format 2.",
  );
});

Deno.test("the health is yellow and then red while entries are written but not shown", () => {
  assertEquals(codesOf({ hiddenSince: WELL.now - 29_000 }), []);
  assertEquals(codesOf({ hiddenSince: WELL.now - 31_000 }), ["not_shown yellow"]);
  assertEquals(codesOf({ hiddenSince: WELL.now - 301_000 }), ["not_shown red"]);
});

Deno.test("the health is yellow for five minutes after a stream was refused", () => {
  assertEquals(codesOf({ streamRefusedAt: WELL.now - 299_000 }), ["streams_refused yellow"]);
  assertEquals(codesOf({ streamRefusedAt: WELL.now - 301_000 }), []);
});
