// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task chaos --kills N [--seed S] [--shell server]`: the Worker on bare workerd or
 * `panoptes serve`, with its storage on disk, killed N times with SIGKILL while events are published,
 * webhooks delivered and streams followed; then an audit, id by id. The exit code is 1 if anything is
 * missing, duplicated or wrong.
 *
 * @module
 */
import { Option } from "commander";
import { type Shell, SHELLS } from "../support/shell_name.ts";
import { runChaos } from "./run_chaos.ts";
import { wholeNumber } from "../../src/cli/common_options.ts";
import { taskCommand } from "../../src/cli/task_command.ts";

const { shell, kills, seed, rate } = taskCommand("chaos")
  .description(
    "Kills a real process at random moments, then audits every promise, id by id.",
  )
  .addOption(new Option("--shell <shell>", "what runs").choices(SHELLS).default("worker"))
  .option("--kills <n>", "how many times it is killed", wholeNumber, 20)
  .option("--seed <s>", "decides the moments; random by default", wholeNumber)
  .option("--rate <n>", "events published per second", wholeNumber, 30)
  .parse(Deno.args, { from: "user" }).opts<
  { shell: Shell; kills: number; seed?: number; rate: number }
>();
const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort(new Error("Stopped")));
Deno.addSignalListener("SIGTERM", () => stopping.abort(new Error("Stopped")));
const { findings, figures } = await runChaos({
  shell,
  kills,
  seed: seed ?? Date.now() % 1_000_000,
  perSecond: rate,
  signal: stopping.signal,
  onProgress: (line) => console.log(line),
});
console.table(figures);
console.table(findings.map(({ examples: _, ...finding }) => finding));
const broken = findings.filter(({ missing, wrong }) => missing + wrong > 0);
for (const { promise, examples } of broken) console.error(promise, examples);
console.log(broken.length === 0 ? "Every promise was kept." : `Broken: ${broken.length}.`);
Deno.exit(broken.length === 0 ? 0 : 1);
