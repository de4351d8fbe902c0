import { assertEquals } from "@std/assert";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import { parseSigma, RuleSet } from "../../src/sigma/mod.ts";

/** Lists of our own: those in `rules/lists/` belong to whoever runs the rules. */
const placeholders = {
  service_accounts: ["svc-*@example.com"],
  automation_networks: ["10.0.0.0/8"],
};

Deno.test("the filter in rules/filters excludes the nightly cleanup, and nothing that differs from it", async () => {
  const read = async (name: string) => parseSigma(await Deno.readTextFile(`rules/${name}.yml`));
  const { rules } = await read("test_deleted");
  const { filters } = await read("filters/nightly_cleanup");
  const ruleSet = new RuleSet(rules, { filters, placeholders, baseRules: true });
  assertEquals(ruleSet.unusedFilters, []);
  const cleanup = {
    event: "Test deleted.",
    user: "Cleanup (svc-cleanup@example.com)",
    ipAddress: "10.1.2.3",
    resources: [{ type: "testName", name: "tmp-42" }],
  };
  const isReported = (change: Record<string, unknown>) =>
    ruleSet.match(toSigmaEvent({ ...cleanup, ...change })).length > 0;
  assertEquals(isReported({}), false);
  assertEquals(isReported({ user: "Ana Diaz (ana.diaz@example.com)" }), true);
  assertEquals(isReported({ ipAddress: "192.0.2.44" }), true);
  assertEquals(isReported({ resources: [{ type: "testName", name: "payments" }] }), true);
  // A name that only looks like the account's.
  assertEquals(isReported({ user: "svc-cleanup@example.com (eve@example.org)" }), true);
});
