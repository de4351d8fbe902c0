import { assertEquals } from "@std/assert";
import { withCommands } from "../../tools/build_cli_docs.ts";

Deno.test("docs/cli.md has the commands and exit codes that `deno task cli:docs` writes", () => {
  const docs = Deno.readTextFileSync(new URL("../../docs/cli.md", import.meta.url));
  assertEquals(docs, withCommands(docs));
});
