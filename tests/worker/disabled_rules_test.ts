import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, WorkerFixture } from "./worker_fixture.ts";

/** ThousandEyes Login Failed. */
const LOGIN_FAILED = "767e7aa1-e232-45b9-adf1-a15673f7acfd";

Deno.test("DISABLED_RULES: the Worker makes no alert of the rule, names it, and reports an unknown one with a suggestion", async () => {
  const unknown = "thousandeyes_login_suceeded";
  const vars = { DISABLED_RULES: `${LOGIN_FAILED}, ${unknown}` };
  await using worker = await WorkerFixture.start({ vars });
  await worker.cron();
  await worker.api.publish({ event: "Login failed." }, { event: "SSO settings disabled." });
  const alerts = await eventually(() => worker.alerts(), (alerts) => alerts.length > 0);
  assertEquals(alerts.map(({ alert }) => alert.rule.title), [
    "ThousandEyes Single Sign-On Changed",
  ]);
  const { reasons } = await worker.json("/v1/status") as unknown as {
    reasons: { code: string; message: string }[];
  };
  const messageOf = (code: string) => reasons.find((reason) => reason.code === code)?.message ?? "";
  assertStringIncludes(messageOf("rules_disabled"), "ThousandEyes Login Failed");
  assertStringIncludes(
    messageOf("refused_setting"),
    `DISABLED_RULES, ${unknown}: no rule has this id or name; the closest is 'thousandeyes_login_succeeded'.`,
  );
  const { rules } = await worker.json("/v1/rules") as unknown as { rules: { id: string }[] };
  assert(rules.length > 10 && !rules.some(({ id }) => id === LOGIN_FAILED));
});
