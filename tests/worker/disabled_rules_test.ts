import { assert, assertStringIncludes } from "@std/assert";
import bundled from "../../src/service/rules.json" with { type: "json" };
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

/** ThousandEyes Login Failed. */
const LOGIN_FAILED = "767e7aa1-e232-45b9-adf1-a15673f7acfd";

Deno.test("DISABLED_RULES: the Worker makes no alert of the rule, names it, and reports an unknown one with a suggestion", async () => {
  const unknown = "thousandeyes_login_suceeded";
  const vars = { DISABLED_RULES: `${LOGIN_FAILED}, ${unknown}` };
  await using worker = await WorkerFixture.start({ vars });
  await worker.cron();
  await worker.api.publish({ event: "Login failed." }, { event: "SSO settings disabled." });
  const titles = await eventually(
    async () => (await worker.alerts()).map(({ alert }) => alert.rule.title),
    (titles) => titles.includes("ThousandEyes Single Sign-On Changed"),
  );
  assert(!titles.includes("ThousandEyes Login Failed"));
  const { reasons } = await worker.json("/v1/status") as unknown as {
    reasons: { code: string; message: string }[];
  };
  const messageOf = (code: string) => reasons.find((reason) => reason.code === code)?.message ?? "";
  assertStringIncludes(messageOf("rules_disabled"), "ThousandEyes Login Failed");
  assertStringIncludes(
    messageOf("refused_setting"),
    `DISABLED_RULES, ${unknown}: no rule has this id, name or tag; the closest is 'thousandeyes_login_succeeded'.`,
  );
  const { rules } = await worker.json("/v1/rules") as unknown as { rules: { id: string }[] };
  assert(rules.length > 10 && !rules.some(({ id }) => id === LOGIN_FAILED));
});

Deno.test("DISABLED_RULES: without rules, correlations go on in good health; without these too, the health is red and an alert says so", async () => {
  const rules = bundled.rules.map(({ id }) => id);
  const correlations = bundled.correlations.map(({ id }) => id);
  const codesOf = async (worker: WorkerFixture) => {
    await worker.cron();
    const { reasons } = await worker.json("/v1/status") as unknown as {
      reasons: { code: string; severity: string }[];
    };
    return reasons.map(({ code, severity }) => `${code} ${severity}`);
  };
  {
    await using worker = await WorkerFixture.start({ vars: { DISABLED_RULES: rules.join() } });
    const codes = await codesOf(worker);
    assert(codes.includes("rules_disabled info") && !codes.includes("no_rules red"), `${codes}`);
  }
  const all = [...rules, ...correlations].join();
  await using worker = await WorkerFixture.start({ vars: { DISABLED_RULES: all } });
  assert((await codesOf(worker)).includes("no_rules red"));
  await eventually(
    () => worker.alerts(),
    (alerts) =>
      alerts.some(({ alert }) => alert.rule.title === "Panoptes has no rule that can alert"),
  );
});
