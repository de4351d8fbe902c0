/**
 * `deno task rules:build`: lints the rules, runs the tests inside them, and writes what the Worker
 * bundles. If a rule is broken, it fails with file:line:column.
 *
 * @module
 */
import { rulesBuild } from "../src/cli/commands/rules_build.ts";

if (import.meta.main) {
  Deno.exit(await rulesBuild(["rules"], { out: "src/service/rules.json", withSources: true }));
}
