import { assert, assertEquals } from "@std/assert";
import { buildWorker } from "../../src/local/build_worker.ts";

/** What works at build time only, and would be dead weight at the edge. */
const BUILD_TIME = [
  /\/re2js\//,
  /\/yaml\//,
  /src\/sigma\/(parse|lint|regex_compiler)\//,
  /src\/cli\//,
];

Deno.test("the Worker holds no file of re2js, of the YAML parser, or of anything else that only builds rules", async () => {
  const { files } = await buildWorker();
  assert(files.size > 150, `${files.size} files`);
  assert([...files.keys()].some((file) => file.endsWith("src/sigma/regex/regex_automaton.ts")));
  const found = [...files.keys()].filter((file) => BUILD_TIME.some((name) => name.test(file)));
  assertEquals(found, []);
});
