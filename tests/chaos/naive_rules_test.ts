import { assertEquals } from "@std/assert";
import { parse } from "yaml";
import { naiveRules } from "./naive_rules.ts";

interface InlineTest {
  readonly name: string;
  readonly match: boolean;
  readonly event: Record<string, unknown>;
}

Deno.test("naiveRules() decides every inline test of rules/ as its author does", async () => {
  const folder = new URL("../../rules/", import.meta.url);
  const rules = new Map((await naiveRules(folder)).map((rule) => [rule.id, rule]));
  for await (const { name: file } of Deno.readDir(folder)) {
    if (!/\.ya?ml$/.test(file)) continue;
    const { id, tests = [] } = parse(await Deno.readTextFile(new URL(file, folder)));
    for (const { name, match, event } of tests as InlineTest[]) {
      assertEquals(rules.get(id)!.matches(event), match, `${file}: ${name}`);
    }
  }
});
