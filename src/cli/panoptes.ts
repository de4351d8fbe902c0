/**
 * The command line: write, check, test and explain Sigma rules, try them on events, and operate a
 * running Panoptes.
 *
 * @module
 */
import { CommanderError } from "commander";
import { EXIT_CODE, SourceError, UsageError } from "./exit_code.ts";
import { note } from "./output/terminal.ts";
import { panoptesCommand } from "./panoptes_command.ts";

if (import.meta.main) {
  try {
    await panoptesCommand().parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      Deno.exitCode = error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
    } else if (error instanceof UsageError) {
      // It may list what is wrong; the message of a SourceError quotes others, and stays one line.
      noteLines(`error: ${error.message}`);
      Deno.exitCode = EXIT_CODE.usage;
    } else if (error instanceof SourceError) {
      note(`error: ${error.message}`);
      Deno.exitCode = EXIT_CODE.source;
    } else {
      const trace = error instanceof Error ? error.stack ?? error.message : String(error);
      noteLines(`Internal error; please report it with this stack trace\n${trace}`);
      Deno.exitCode = EXIT_CODE.internalError;
    }
  }
  // Standard input may still be open: nothing more is read from it.
  Deno.exit();
}

function noteLines(text: string): void {
  for (const line of text.split("\n")) note(line);
}
