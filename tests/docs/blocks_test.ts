import { assert, assertEquals } from "@std/assert";
import { parse as parseToml } from "@std/toml";
import { parseAllDocuments } from "yaml";
import { fences, guides } from "./document.ts";

const PARSERS: Record<string, (text: string) => unknown> = {
  json: JSON.parse,
  toml: parseToml,
  yaml: (text) => {
    for (const { errors: [error] } of parseAllDocuments(text)) if (error) throw error;
  },
};

Deno.test("every block of JSON, TOML and YAML in the guides can be parsed", async () => {
  const broken: string[] = [];
  let count = 0;
  for (const guide of await guides()) {
    for (const { language, line, lines } of fences(guide)) {
      const parse = PARSERS[language];
      if (parse === undefined) continue;
      count++;
      try {
        parse(lines.join("\n"));
      } catch (error) {
        broken.push(`${guide.path}:${line}: ${error instanceof Error ? error.message : error}`);
      }
    }
  }
  assertEquals(broken, []);
  assert(count > 50, `only ${count} blocks were found`);
});
