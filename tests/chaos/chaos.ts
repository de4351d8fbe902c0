// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task chaos --kills N [--seed S]`: the Worker on bare workerd with its storage on disk,
 * killed N times with SIGKILL while events are published, webhooks delivered and streams followed;
 * then an audit, id by id. The exit code is 1 if anything is missing, duplicated or wrong.
 *
 * @module
 */
import { runChaos } from "./run_chaos.ts";
import { taskCommand, wholeNumber } from "../../src/cli/task_command.ts";

const { kills, seed, rate } = taskCommand("chaos")
  .description(
    "Kills real workerd at random moments, then audits every promise, id by id.",
  )
  .option("--kills <n>", "how many times workerd is killed", wholeNumber, 20)
  .option("--seed <s>", "decides the moments; random by default", wholeNumber)
  .option("--rate <n>", "events published per second", wholeNumber, 30)
  .parse(Deno.args, { from: "user" }).opts<{ kills: number; seed?: number; rate: number }>();
const stopping = new AbortController();
Deno.addSignalListener("SIGINT", () => stopping.abort(new Error("Stopped")));
Deno.addSignalListener("SIGTERM", () => stopping.abort(new Error("Stopped")));
const { findings, figures } = await runChaos({
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
