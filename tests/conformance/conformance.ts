// deno-lint-ignore-file no-console -- printing is what it is for
/**
 * `deno task conformance [--url URL --token T | --shell server]`: the promises of the event streams,
 * checked with two client libraries and byte by byte, on a deployment, which is only read, or on the
 * Worker in bare workerd or `panoptes serve`, with events that the suite publishes. The exit code is
 * 1 if a promise is broken.
 *
 * @module
 */
import { Option } from "commander";
import { taskCommand } from "../../src/cli/task_command.ts";
import { type Shell, SHELLS } from "../support/shell_name.ts";
import { startConformanceShell } from "./conformance_shell.ts";
import { runSseCase, SSE_CASES } from "./sse_cases.ts";
import { Target, type TargetOptions } from "./target.ts";

const { url, token = Deno.env.get("TOKEN"), shell } = taskCommand("conformance")
  .description("Checks the event streams of a deployment; without --url, of Panoptes here.")
  .option(
    "--url <url>",
    "the address of the deployment, such as https://panoptes.example.workers.dev",
  )
  .option("--token <token>", "a token with the scope read; by default the variable TOKEN")
  .addOption(
    new Option("--shell <shell>", "what runs here without --url").choices(SHELLS).default("worker"),
  )
  .parse(Deno.args, { from: "user" }).opts<{ url?: string; token?: string; shell: Shell }>();
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
  await using target = await startConformanceShell(shell);
  await check(target);
}
console.log(broken === 0 ? "Every promise was kept." : `Broken: ${broken} of ${SSE_CASES.length}.`);
Deno.exit(broken === 0 ? 0 : 1);
