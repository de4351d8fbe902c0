import { Argument, type Option } from "commander";
import { CliCommand } from "../cli_command.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { say } from "../output/terminal.ts";

/** The shells that completions are written for. */
const SHELLS = ["bash", "zsh", "fish"] as const;

/** A command as a shell completes it. */
interface Completed {
  /** The words that lead to it, after `panoptes`. */
  readonly path: string;
  /** What may follow: commands, or the values of its first argument. */
  readonly words: readonly { readonly word: string; readonly meaning: string }[];
  readonly options: readonly Option[];
}

/**
 * What a shell needs to complete command lines.
 *
 * @param shell The shell.
 * @param program The tree of commands.
 * @returns A script for the shell.
 */
export function completions(shell: typeof SHELLS[number], program: CliCommand): string {
  return { bash, zsh, fish }[shell](completedOf(program)).trim();
}

function completedOf(command: CliCommand, path = ""): Completed[] {
  const inner = command.commands as readonly CliCommand[];
  const values = command.registeredArguments[0]?.argChoices ?? [];
  return [
    {
      path,
      words: [
        ...inner.map((each) => ({ word: each.name(), meaning: each.description() })),
        ...values.map((word) => ({ word, meaning: "" })),
      ],
      options: command.createHelp().visibleOptions(command),
    },
    ...inner.flatMap((each) => completedOf(each, `${path} ${each.name()}`.trim())),
  ];
}

/** What both bash and zsh ask: where in the tree a line is, and which words may follow. */
function table(commands: readonly Completed[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  const values = commands.flatMap(({ path, options }) =>
    options.filter(({ long, required }) => long && required).map(({ long, argChoices = [] }) =>
      // Without choices, the value is a file or a text of which nothing is known.
      `    ${quoted(`${path}:${long}`)}) found=${quoted(argChoices.join(" "))}; return;;`
    )
  );
  const words = commands.map(({ path, words, options }) =>
    `    ${quoted(path)}) found=${
      quoted([...words.map(({ word }) => word), ...options.map(({ long }) => long)].join(" "))
    };;`
  );
  return `
_panoptes_words() {
  at="" found=""
  local word
  for word in "$@"; do
    case "\${at:+$at }$word" in
      ${paths.join("|")}) at="\${at:+$at }$word";;
    esac
  done
  case "$at:$previous" in
${values.join("\n")}
  esac
  case "$at" in
${words.join("\n")}
  esac
}`;
}

function bash(commands: readonly Completed[]): string {
  return `# Completions of panoptes for bash.
${table(commands)}

_panoptes() {
  local at found previous="\${COMP_WORDS[COMP_CWORD-1]}" current="\${COMP_WORDS[COMP_CWORD]}"
  _panoptes_words "\${COMP_WORDS[@]:1:COMP_CWORD-1}"
  COMPREPLY=($(compgen -W "$found" -- "$current"))
}

complete -o default -F _panoptes panoptes`;
}

function zsh(commands: readonly Completed[]): string {
  return `#compdef panoptes
# Completions of panoptes for zsh.
${table(commands)}

_panoptes() {
  local -a line=("\${words[@]}")
  local at found previous="\${line[CURRENT-1]}"
  _panoptes_words "\${line[@]:1:$((CURRENT-2))}"
  [[ -n "$found" ]] && compadd -- \${=found}
  [[ "\${line[CURRENT]}" == -* ]] || _files
}

# As a file of fpath, this is the body of the function at its first call.
if [[ "\${funcstack[1]}" == _panoptes ]]; then _panoptes "$@"; else compdef _panoptes panoptes; fi`;
}

function fish(commands: readonly Completed[]): string {
  const paths = commands.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  const lines = commands.flatMap(({ path, words, options }) => {
    const at = `complete -c panoptes -n ${quoted(`_panoptes_at ${quoted(path, '"')}`)}`;
    return [
      ...words.map(({ word, meaning }) =>
        `${at} -f -a ${quoted(word)}${meaning === "" ? "" : ` -d ${quoted(meaning)}`}`
      ),
      ...options.map(({ long, description, required, argChoices = [] }) =>
        `${at} -l ${long?.slice(2)}${required ? " -r" : ""}${
          argChoices.length > 0 ? ` -f -a ${quoted(argChoices.join(" "))}` : ""
        } -d ${quoted(description)}`
      ),
    ];
  });
  return `# Completions of panoptes for fish.
function _panoptes_at
  set -l path
  for word in (commandline -opc)[2..-1]
    if contains -- (string join -- ' ' $path $word) ${paths.join(" ")}
      set path $path $word
    end
  end
  test "$(string join -- ' ' $path)" = "$argv[1]"
end
${lines.join("\n")}`;
}

/** Text as one word of a shell. */
function quoted(text: string, mark: "'" | '"' = "'"): string {
  return `${mark}${text.replaceAll("'", mark === "'" ? "'\\''" : "'")}${mark}`;
}

/**
 * `panoptes completions`.
 *
 * @param program The tree of commands, this one included.
 */
export function completionsCommand(program: () => CliCommand): CliCommand {
  return new CliCommand("completions")
    .description("print the completions of commands and options for a shell")
    .addArgument(new Argument("<shell>", "which shell").choices(SHELLS))
    .example("panoptes completions bash > ~/.local/share/bash-completion/completions/panoptes")
    .example('panoptes completions zsh > "${fpath[1]}/_panoptes"')
    .example("panoptes completions fish > ~/.config/fish/completions/panoptes.fish")
    .run((shell: typeof SHELLS[number]): Promise<ExitCode> => {
      say(completions(shell, program()));
      return Promise.resolve(EXIT_CODE.ok);
    });
}
