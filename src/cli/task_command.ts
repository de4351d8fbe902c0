import { Command } from "commander";
import { EXIT_CODE } from "./exit_code.ts";

/** The command line of a task: it has `--help`, and refuses options that it does not know. */
export function taskCommand(name: string): Command {
  return new Command(`deno task ${name}`)
    .exitOverride(({ exitCode }) => Deno.exit(exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage));
}
