import { assert, assertEquals } from "@std/assert";
import { documents, ROOT } from "./document.ts";

const { tasks } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
/** The words that tell what was measured. */
const MEASURED =
  /\bmedians? of\b|(?<!not been )\bmeasured\b|\bbenchmark\b|\b[kM]\/s\b|,000\/s\b|(events|deliveries|messages)\/s\b/i;

Deno.test("every section of the documents with measured figures names the task that measures", async () => {
  const bare: string[] = [];
  let count = 0;
  for (const { path, lines } of await documents()) {
    if (path === "CHANGELOG.md" || path === "CONTRIBUTING.md") continue;
    const sections = lines.join("\n").split(/\n(?=#{1,6} )/);
    for (const section of sections) {
      if (!MEASURED.test(section)) continue;
      count++;
      const named = [...section.matchAll(/deno task ((?:bench|cost|load)[a-z:]*)/g)];
      if (!named.some(([, task = ""]) => task in tasks)) {
        bare.push(`${path}: ${section.split("\n")[0]}`);
      }
    }
  }
  assertEquals(bare, []);
  assert(count > 2, `only ${count} sections have figures`);
});
