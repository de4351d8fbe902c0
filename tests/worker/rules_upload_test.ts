import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { panoptes } from "../cli/run_panoptes.ts";
import { bundleOf } from "../support/bundle_of.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";
import bundled from "../../src/service/rules.json" with { type: "json" };

const LOGOUT = "5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11";
const rulesWith = (title: string) =>
  bundleOf(`
title: ${title}
id: ${LOGOUT}
name: logout
logsource: { product: thousandeyes, service: audit }
detection: { words: { event|re|i: '^log(out|off)\\b' }, condition: words }
level: medium
---
title: Three of them
id: 3b1f0a52-7a0c-4d86-9f0e-1f6a2f5d4c33
correlation:
  type: event_count
  rules: logout
  group-by: user
  timespan: 1h
  condition: { gte: 3 }
  generate: true
level: high
`);

interface RulesAnswer {
  revision: string;
  source: string;
  uploadedBy: string | null;
  refused: string | null;
  rules: { title: string }[];
}

interface Reasons {
  health: string;
  ruleSet: { revision: string; source: string };
  reasons: { code: string; severity: string; message: string }[];
}

Deno.test("rules that are uploaded while the Worker runs are in force at once, survive its death, and keep what unchanged correlations have counted", async () => {
  await using worker = await WorkerFixture.start({ entry: TEST_ENTRY });
  const rules = () => worker.json("/v1/rules") as unknown as Promise<RulesAnswer>;
  const status = () => worker.json("/v1/status") as unknown as Promise<Reasons>;
  const put = (bundle: unknown) =>
    worker.fetch("/v1/rules", { method: "PUT", body: JSON.stringify(bundle) });
  const logout = async (count: number) => {
    await worker.api.publish({
      event: "Logoff",
      user: "Ana Diaz (ana@example.org)",
      date: Date.now(),
    });
    await worker.cron();
    await eventually(() => worker.log(), (events) => events.length >= count);
  };
  await worker.cron();
  assertEquals([(await rules()).source, (await rules()).revision], ["bundled", bundled.revision]);

  await logout(1); // no rule of the Worker is about it
  const first = rulesWith("First");
  assertEquals((await put(first)).status, 200);
  await logout(2);
  const broken = await put({ ...first, rules: [] });
  assertEquals([broken.status, (await broken.json()).code], [422, "invalid_rules"]);

  await worker.kill();
  assertEquals([(await rules()).source, (await rules()).uploadedBy], ["uploaded", "tests"]);
  await logout(3);

  const second = rulesWith("Second");
  assertEquals((await put(second)).status, 200);
  assertEquals((await status()).ruleSet.revision, second.revision);
  await worker.evict();
  await logout(4);
  const uploaded = async () => {
    const alerts = await worker.alerts();
    return alerts.filter(({ alert }) => /^(First|Second|Three of them)$/.test(alert.rule.title));
  };
  const alerts = await eventually(uploaded, (alerts) => alerts.length >= 4);
  assertEquals(
    alerts.map(({ alert }) => [alert.rule.title, alert.rulesRevision]).sort(),
    [
      ["First", first.revision],
      ["First", first.revision],
      ["Second", second.revision],
      ["Three of them", second.revision],
    ],
  );
  const metrics = await (await worker.fetch("/metrics")).text();
  assertStringIncludes(
    metrics,
    `panoptes_rules_info{revision="${second.revision}",origin="uploaded",source="default"} 1`,
  );

  // What is stored becomes unreadable, as after a deployment of another format.
  await worker.sql(
    "UPDATE checkpoints SET value = json_set(value, '$.bundle.format', 0) " +
      "WHERE name = 'uploaded rules'",
  );
  await worker.kill();
  const { health, ruleSet, reasons } = await status();
  assertEquals([health, ruleSet.source, ruleSet.revision], ["yellow", "bundled", bundled.revision]);
  const [reason] = reasons.filter(({ code }) => code === "upload_refused");
  assertEquals(reason?.severity, "yellow");
  assertStringIncludes(reason?.message ?? "", "format 0");
  assertStringIncludes(
    await (await worker.fetch("/metrics")).text(),
    `panoptes_health_reason{code="upload_refused",severity="yellow",source="default"} 1`,
  );
  await worker.cron();
  await eventually(
    () => worker.alerts(),
    (alerts) =>
      alerts.some(({ alert }) =>
        alert.rule.title === "The uploaded rules of Panoptes are not in force"
      ),
  );

  const back = await worker.fetch("/v1/rules", { method: "DELETE" });
  assertEquals((await back.json()).refused, null);
  assert((await status()).reasons.every(({ code }) => code !== "upload_refused"));
});

Deno.test("PUT and DELETE /v1/rules are for tokens with the scope admin", async () => {
  await using worker = await WorkerFixture.start({
    vars: {
      API_TOKENS: JSON.stringify([
        { name: "reader", sha256: await sha256(TOKEN), scopes: ["read"] },
      ]),
    },
  });
  assertEquals((await worker.fetch("/v1/rules")).status, 200);
  for (const method of ["PUT", "DELETE"]) {
    const response = await worker.fetch("/v1/rules", {
      method,
      ...(method === "PUT" && { body: JSON.stringify(rulesWith("Never")) }),
    });
    assertEquals([response.status, (await response.json()).scope], [403, "admin"]);
  }
  assertEquals((await (await worker.fetch("/v1/rules")).json()).source, "bundled");
});

Deno.test("panoptes rules build and rules push put the rules of a folder in force, or say what is wrong", async () => {
  await using worker = await WorkerFixture.start();
  const folder = await Deno.makeTempDir();
  try {
    const out = `${folder}/rules.json`;
    await Deno.copyFile("rules/test_deleted.yml", `${folder}/test_deleted.yml`);
    const built = await panoptes(["rules", "build", `${folder}/test_deleted.yml`, "--out", out]);
    assertEquals(built.code, 0, built.err + built.out);
    const { revision } = JSON.parse(await Deno.readTextFile(out));
    const push = (file: string, token = TOKEN) =>
      panoptes(["rules", "push", file, "--url", worker.url.href], {
        env: { PANOPTES_TOKEN: token },
      });
    const pushed = await push(out);
    assertEquals(pushed.code, 0, pushed.err);
    assertStringIncludes(pushed.out, `revision ${revision}`);
    const state = await worker.json("/v1/rules");
    assertEquals([state["source"], state["revision"]], ["uploaded", revision]);

    await Deno.writeTextFile(out, JSON.stringify({ ...bundled, format: 99 }));
    for (
      const [file, token, code, says] of [
        [out, TOKEN, 4, "format 99"],
        [out, "wrong", 4, "401"],
        [`${folder}/nothing.json`, TOKEN, 2, "Cannot read the bundle"],
        [out, "", 2, "PANOPTES_TOKEN must be set"],
      ] as const
    ) {
      const refused = await push(file, token);
      assertEquals(refused.code, code, refused.err);
      assertStringIncludes(refused.err, says);
    }
    assertEquals((await worker.json("/v1/rules"))["revision"], revision);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
