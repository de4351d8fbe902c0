import { Command, InvalidArgumentError } from "commander";
import { EXIT_CODE } from "./exit_code.ts";

/** The command line of a task: it has `--help`, and refuses options that it does not know. */
export function taskCommand(name: string): Command {
  return new Command(`deno task ${name}`)
    .exitOverride(({ exitCode }) => Deno.exit(exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage));
}

/**
 * Parses a whole number of the command line.
 *
 * @param text The value of an option.
 * @throws {InvalidArgumentError} If it is anything else, or too large to be exact.
 */
export function wholeNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number)) {
    throw new InvalidArgumentError("Expected a whole number, such as 100.");
  }
  return number;
}
