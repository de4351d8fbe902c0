/**
 * `deno task rules:build`: lints the rules, runs the tests inside them, and writes what the Worker
 * bundles, and what the module exports as `./rules`. If a rule is broken, it fails with
 * file:line:column.
 *
 * @module
 */
import { rulesBuild } from "../src/cli/commands/rules_build.ts";

const BUNDLED = "src/service/rules.json";
const EXPORTED = "rules/rules.json";

if (import.meta.main) {
  const code = await rulesBuild(["rules"], { out: BUNDLED, withSources: true });
  if (code !== 0) Deno.exit(code);
  // Nobody who runs the rules needs their files, which are more than half of it.
  const { sources: _, ...exported } = JSON.parse(await Deno.readTextFile(BUNDLED));
  const text = JSON.stringify(exported) + "\n";
  const before = await Deno.readTextFile(EXPORTED).catch(() => undefined);
  if (before !== text) await Deno.writeTextFile(EXPORTED, text);
}
