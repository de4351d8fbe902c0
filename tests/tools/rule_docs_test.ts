import { assert, assertEquals } from "@std/assert";
import { rulesDocument } from "../../tools/build_rule_docs.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };

Deno.test("docs/rules.md is what `deno task rules:docs` writes", async () => {
  assertEquals(await Deno.readTextFile("docs/rules.md"), await rulesDocument("rules"));
});

Deno.test("docs/rules.md names every rule and every list once among what is sent, recorded or silent", async () => {
  const docs = await Deno.readTextFile("docs/rules.md");
  const [tables = ""] = docs.split("## By topic");
  for (const { title } of [...bundle.rules, ...bundle.correlations]) {
    const found = tables.split(`[${title.replace("ThousandEyes ", "")}](`).length - 1;
    assertEquals(found, 1, title);
  }
  for (const name of Object.keys(bundle.placeholders)) assert(docs.includes(`[\`${name}\`]`), name);
});

Deno.test("what pages is rare or correlated: no rule that matches a single login, test or token does", () => {
  const everyday = [
    "Login Succeeded",
    "Login Failed",
    "Test Deleted",
    "Token Created",
    "Shared",
    "User Added",
  ];
  for (const { title, level } of bundle.rules) {
    if (!everyday.some((words) => title.includes(words))) continue;
    assert(level === "low" || level === "informational", `${title} is ${level}`);
  }
  const sent = [...bundle.rules, ...bundle.correlations]
    .filter(({ level }) => ["medium", "high", "critical"].includes(level ?? ""));
  assert(sent.length >= 25, `${sent.length} rules page`);
});

Deno.test("networks, domains and accounts come from rules/lists/: no rule or filter has one of its own", () => {
  for (const { title, detections } of [...bundle.rules, ...bundle.filters]) {
    const text = JSON.stringify(detections);
    assert(
      !/\d+\.\d+\.\d+\.\d+|[0-9a-f]+::|[\w-]@[\w-]|@[\w-]+\.\w/.test(text),
      `${title}: ${text}`,
    );
  }
});
