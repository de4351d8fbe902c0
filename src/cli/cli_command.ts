import { Command, type Help } from "commander";
import { EXIT_CODE, EXIT_CODE_MEANINGS, type ExitCode } from "./exit_code.ts";
import { terminalWidth } from "./output/terminal.ts";

/** A command line that shows how a command is used. */
export interface Example {
  /** What is typed. */
  readonly line: string;
  /** What it does; empty where the line says it. */
  readonly meaning: string;
}

/**
 * A command of `panoptes` with what its help says beyond the options: notes, examples and exit
 * codes. The help, docs/cli.md and the completions are all made from it.
 */
export class CliCommand extends Command {
  /** Paragraphs for after the options; a line that begins with a space is kept as it is. */
  readonly notes: string[] = [];
  /** Command lines to begin with. */
  readonly examples: Example[] = [];

  /** @param name What is typed to run it. */
  constructor(name: string) {
    super(name);
    this.exitOverride().showHelpAfterError("(--help shows the options)");
    this.configureOutput({ getOutHelpWidth: () => terminalWidth() ?? 80 });
  }

  /** @inheritdoc */
  override createCommand(name: string): CliCommand {
    return new CliCommand(name);
  }

  /**
   * Adds what there is to know.
   *
   * @param text Paragraphs; their lines fold to the width of the terminal.
   */
  note(text: string): this {
    this.notes.push(text.trim());
    return this;
  }

  /**
   * Adds an example.
   *
   * @param line What is typed.
   * @param meaning What it does, in a few words.
   */
  example(line: string, meaning = ""): this {
    this.examples.push({ line, meaning });
    return this;
  }

  /**
   * Sets what the command does.
   *
   * @typeParam Arguments Its arguments, and then its options.
   * @param command Does it, and returns the exit code of the process.
   */
  run<Arguments extends unknown[]>(command: (...args: Arguments) => Promise<ExitCode>): this {
    return this.action(async (...args) => {
      Deno.exitCode = await command(...args as unknown as Arguments);
    });
  }

  /**
   * Adds commands below this one.
   *
   * @param commands The commands.
   */
  with(...commands: readonly CliCommand[]): this {
    for (const command of commands) this.addCommand(command);
    return this;
  }

  /** @inheritdoc */
  override createHelp(): Help {
    const help = super.createHelp();
    help.minWidthToWrap = 20; // columns for a description; the default folds none below 80
    const options = help.formatHelp.bind(help);
    help.formatHelp = (command, helper) =>
      [options(command, helper), ...this.#sections(helper)].join("\n");
    return help;
  }

  #sections(help: Help): string[] {
    const width = help.helpWidth ?? 80;
    const isGroup = this.commands.length > 0 && this.parent !== null;
    return [
      ...this.notes.map((note) => `${foldLines(help, note, width)}\n`),
      ...(this.examples.length > 0 ? [`Examples:\n${exampleLines(this.examples)}\n`] : []),
      ...(isGroup ? [] : [`Exit codes:\n${exitCodeLines(help)}\n`]),
    ];
  }
}

/** Sample output and tables keep their lines; sentences are folded. */
function foldLines(help: Help, text: string, width: number): string {
  return text.split("\n").map((line) => line.startsWith(" ") ? line : help.boxWrap(line, width))
    .join("\n");
}

function exampleLines(examples: readonly Example[]): string {
  const width = Math.max(...examples.map(({ line, meaning }) => meaning === "" ? 0 : line.length));
  return examples.map(({ line, meaning }) => `  ${line.padEnd(width)}  ${meaning}`.trimEnd())
    .join("\n");
}

function exitCodeLines(help: Help): string {
  return Object.entries(EXIT_CODE_MEANINGS).map(([name, meaning]) => {
    const code = EXIT_CODE[name as keyof typeof EXIT_CODE];
    return help.formatItem(String(code), 3, meaning, help);
  }).join("\n");
}
