// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task conformance [--url URL --token T]`: the promises of the event streams, checked with two
 * client libraries and byte by byte, on a deployment, which is only read, or on the Worker in bare
 * workerd, with events that the suite publishes. The exit code is 1 if a promise is broken.
 *
 * @module
 */
import { taskCommand } from "../../src/cli/task_command.ts";
import { startConformanceWorker } from "./conformance_worker.ts";
import { runSseCase, SSE_CASES } from "./sse_cases.ts";
import { Target, type TargetOptions } from "./target.ts";

const { url, token = Deno.env.get("TOKEN") } = taskCommand("conformance")
  .description("Checks the event streams of a deployment; without --url, of the Worker here.")
  .option(
    "--url <url>",
    "the address of the deployment, such as https://panoptes.example.workers.dev",
  )
  .option("--token <token>", "a token with the scope read; by default the variable TOKEN")
  .parse(Deno.args, { from: "user" }).opts<{ url?: string; token?: string }>();
if (url !== undefined && token === undefined) {
  console.error("Cannot check a deployment without a token: add --token, or set TOKEN");
  Deno.exit(2);
}

let broken = 0;

async function check(options: TargetOptions): Promise<void> {
  for (const one of SSE_CASES) {
    if (one.needs === "publish" && options.publish === undefined) {
      console.log(`skipped  ${one.name}: it publishes events, and this deployment is only read`);
      continue;
    }
    try {
      await runSseCase(one, (signal) => new Target(options, signal));
      console.log(`ok       ${one.name}`);
    } catch (error) {
      broken++;
      console.log(
        `BROKEN   ${one.name}\n         ${error instanceof Error ? error.message : error}`,
      );
    }
  }
}

if (url !== undefined && token !== undefined) await check({ url, token });
else {
  await using worker = await startConformanceWorker();
  await check(worker);
}
console.log(broken === 0 ? "Every promise was kept." : `Broken: ${broken} of ${SSE_CASES.length}.`);
Deno.exit(broken === 0 ? 0 : 1);
