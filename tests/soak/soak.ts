// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task soak --rows N --failing SHARE [--kills K]`: N messages to endpoints of which a share
 * fails, by a sender that is killed K times; then an audit, id by id. The last line is JSON, and the
 * exit code is 1 if a message is lost or wrong.
 *
 * @module
 */
import { InvalidArgumentError } from "commander";
import { wholeNumber } from "../../src/cli/common_options.ts";
import { taskCommand } from "../../src/cli/task_command.ts";
import { runSoak } from "./run_soak.ts";

const { rows, failing, kills } = taskCommand("soak")
  .description("Delivers by a process that is killed again and again, to receivers that may fail.")
  .option("--rows <n>", "how many messages are owed in all", wholeNumber, 10_000)
  .option("--failing <share>", "the share of the endpoints that fail, 0 to 0.9", share, 0.3)
  .option("--kills <n>", "how often the sender is killed", atLeastOne, 20)
  .parse(Deno.args, { from: "user" }).opts<{ rows: number; failing: number; kills: number }>();

function atLeastOne(text: string): number {
  return Math.max(wholeNumber(text), 1);
}

function share(text: string): number {
  const number = Number(text);
  if (number >= 0 && number <= 0.9) return number;
  throw new InvalidArgumentError("Expected a number from 0 to 0.9.");
}

const begun = performance.now();
const report = await runSoak({ rows, failing, kills, onProgress: (line) => console.log(line) });
console.log("While receivers fail:");
console.table(report.whileFailing);
console.log("After all were repaired:");
console.table(report.afterRepair);
const audited = [...report.whileFailing, ...report.afterRepair];
const lost = audited.reduce((sum, { lost }) => sum + lost, 0);
const wrong = audited.reduce((sum, { wrong }) => sum + wrong, 0);
const undelivered = report.afterRepair.filter(({ rows, delivered }) => delivered < rows).length;
console.log(
  `${kills} kills, ${wrong} messages wrong, ${undelivered} endpoints without all messages, ` +
    `${((performance.now() - begun) / 1_000).toFixed(0)} s`,
);
console.log(JSON.stringify({
  lost,
  healthy_slowdown: Number(report.healthySlowdown.toFixed(3)),
  deliveries_per_s: Math.round(report.deliveriesPerSecond),
}));
Deno.exit(lost + wrong + undelivered === 0 ? 0 : 1);
