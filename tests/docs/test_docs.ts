// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task test:docs [files…]`: runs every command in the guides, each document in a copy of the
 * repository of its own, with an emulated ThousandEyes API and a Panoptes that runs. The exit code
 * is 1 if a command fails. What is not run is listed with its reason.
 *
 * @module
 */
import { taskCommand } from "../../src/cli/task_command.ts";
import { type Command, commands, type Reason, REASONS } from "./commands.ts";
import { guides } from "./document.ts";
import { runCommands } from "./run_commands.ts";

const { args } = taskCommand("test:docs")
  .description("Runs every command in the guides, or in those that are named.")
  .argument("[files...]", "such as docs/backtest.md")
  .parse(Deno.args, { from: "user" });

const skipped: Command[] = [];
let run = 0;
let broken = 0;
for (const guide of await guides()) {
  if (args.length > 0 && !args.includes(guide.path)) continue;
  const all = commands(guide);
  const wanted = all.filter(({ skipped }) => skipped === undefined);
  skipped.push(...all.filter(({ skipped }) => skipped !== undefined));
  if (wanted.length === 0) continue;
  const { failed, output } = await runCommands(wanted);
  run += wanted.length;
  if (failed === undefined) console.log(`ok       ${guide.path}: ${wanted.length} commands`);
  else {
    broken++;
    console.log(`BROKEN   ${failed}\n${output}\n`);
  }
}
console.log(`\nNot run:`);
for (const [reason, why] of Object.entries(REASONS) as [Reason, string][]) {
  const places = skipped.filter(({ skipped }) => skipped === reason).map(({ place }) => place);
  if (places.length > 0) console.log(`  ${reason} (${why}):\n    ${places.join("\n    ")}`);
}
console.log(
  `\n${run} commands of the guides run, ${skipped.length} not run, ${broken} guides broken`,
);
Deno.exit(broken === 0 ? 0 : 1);
