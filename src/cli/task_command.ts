import { Command } from "commander";

/** Exit code for wrong usage; that of a failure is 1. */
const WRONG_USAGE = 2;

/** The command line of a task: it knows `--help`, and refuses what it does not know. */
export function taskCommand(name: string): Command {
  return new Command(`deno task ${name}`)
    .exitOverride(({ exitCode }) => Deno.exit(exitCode === 0 ? 0 : WRONG_USAGE));
}
