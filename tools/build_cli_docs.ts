/**
 * Writes the commands and exit codes of `docs/cli.md`, from the tree of commands.
 *
 * @module
 */
import type { CliCommand } from "../src/cli/cli_command.ts";
import { EXIT_CODE, EXIT_CODE_MEANINGS } from "../src/cli/exit_code.ts";
import { panoptesCommand } from "../src/cli/panoptes_command.ts";

const HEADING = "## Exit codes\n";
const WIDTH = 90;

/**
 * The text of `docs/cli.md` with the commands that there are.
 *
 * @param text The text as it is; everything before the exit codes is kept.
 * @returns The text with what the commands say of themselves.
 */
export function withCommands(text: string): string {
  const own = text.slice(0, text.indexOf(HEADING));
  const codes = Object.entries(EXIT_CODE_MEANINGS).map(([name, meaning]) =>
    `- \`${EXIT_CODE[name as keyof typeof EXIT_CODE]}\`: ${meaning}\n`
  );
  const commands = leavesOf(panoptesCommand());
  return `${own}${HEADING}\n${codes.join("")}\n## Commands\n\n${
    commands.map(({ path }) => `- [\`${path}\`](#${anchorOf(path)})\n`).join("")
  }${commands.map(({ path, command }) => `\n### ${path}\n\n${helpOf(command)}`).join("")}`;
}

interface Leaf {
  /** What is typed. */
  readonly path: string;
  readonly command: CliCommand;
}

function leavesOf(command: CliCommand, before = ""): Leaf[] {
  const path = `${before}${command.name()}`;
  const inner = command.commands as readonly CliCommand[];
  return inner.length === 0
    ? [{ path, command }]
    : inner.flatMap((each) => leavesOf(each, `${path} `));
}

/** As `--help` shows it; the exit codes are those of all commands. */
function helpOf(command: CliCommand): string {
  const [help = ""] = command.configureOutput({
    getOutHelpWidth: () => WIDTH,
    getOutHasColors: () => false,
  })
    .helpInformation().split("\nExit codes:");
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\`\n`;
}

function anchorOf(path: string): string {
  return path.replaceAll(" ", "-");
}

if (import.meta.main) {
  const file = new URL("../docs/cli.md", import.meta.url);
  await Deno.writeTextFile(file, withCommands(await Deno.readTextFile(file)));
}
