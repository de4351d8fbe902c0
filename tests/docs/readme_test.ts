import { assertEquals } from "@std/assert";
import { parse as parseYaml } from "yaml";
import { matchRules } from "../../src/alert/match_rules.ts";
import type { RuleBundle } from "../../src/alert/rule_bundle.ts";
import { formatOf } from "../../src/delivery/format/formats.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };
import { Bench, START } from "../watch/bench_of.ts";
import { fences, guides, ROOT } from "./document.ts";

const [README] = await guides();

/** What the README shows in a block of a language, the first one with some text in it. */
function shown(language: string, text: string): string {
  const blocks = fences(README!).filter((fence) => fence.language === language);
  return blocks.map(({ lines }) => lines.join("\n")).find((block) => block.includes(text)) ?? "";
}

/** The texts of a message of Slack, as a reader sees them one below the other. */
function readable(body: string): string {
  const { blocks } = JSON.parse(body);
  const lines: string[] = blocks.flatMap(({ text, fields = [] }: {
    text?: { text: string };
    fields?: { text: string }[];
  }) => [
    ...(text === undefined ? [] : [text.text]),
    ...fields.map((field) => field.text.replace("\n", ": ")),
  ]);
  return lines.join("\n").replace(/<[^|>]*\|([^>]*)>/g, "[$1]");
}

Deno.test("the README shows lines of the message that Slack shows of the takeover, in their order", async () => {
  const { match, correlator } = matchRules(bundle as unknown as RuleBundle, () => {});
  using bench = new Bench({}, { match, ...(correlator && { correlator }) });
  const names = [...Array(4).fill("Login failed."), "Login succeeded.", "API token generated."];
  for (const [index, event] of names.entries()) {
    bench.api.publish({
      aid: "2039801",
      accountGroupName: "Retail Americas",
      date: new Date(START + index * 1_000).toISOString().replace(".000Z", "Z"),
      event,
      ipAddress: "192.0.2.182",
      uid: "314527",
      user: "Ana Alvarez (ana.alvarez@example.com)",
    });
  }
  await bench.pass(5 * 60_000);
  const alerts = bench.log.alertsAfter(0, 100).map(({ body }) => JSON.parse(body));
  const alert = alerts.find(({ level }) => level === "high");
  const { body } = formatOf("slack").request(
    { type: "alert.created", alert, at: bench.clock.now() },
    { options: {}, linkTo: (id) => `https://panoptes.example.com/#/alerts?id=${id}` },
  );
  const told = shown("text", "Retail Americas").split("\n");
  assertEquals(told.length > 5, true);
  assertEquals(readable(body).split("\n").filter((line) => told.includes(line)), told);
});

Deno.test("the rule in the README is the one in rules/, without its tests", async () => {
  const { tests: _, ...rule } = parseYaml(
    await Deno.readTextFile(new URL("rules/account_takeover.yml", ROOT)),
  );
  const told = parseYaml(shown("yaml", "account_takeover"));
  for (const [key, value] of Object.entries(told)) assertEquals(value, rule[key], key);
  assertEquals(Object.keys(told).length, 5);
});
