/**
 * The options that several commands have, in the same words.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "commander";
import type { CliCommand } from "./cli_command.ts";

/** What names rules: an argument or the value of an option. */
export const RULES_HELP =
  'rule files, folders, or .ndjson files with lines such as {"file": …, "yaml": …}';

/** What names events. */
export const EVENTS_HELP =
  "files with JSON objects, such as one on each line, or one JSON array; without them, standard input";

/** The rules, for a command that does nothing without them. */
export function rulesOption(): Option {
  return new Option("--rules <path>", `${RULES_HELP}; repeatable`).makeOptionMandatory()
    .argParser(repeated);
}

/** Reads events from the ThousandEyes API. */
export function sinceOption(): Option {
  return new Option(
    "--since <time>",
    "read the past of the ThousandEyes API instead, such as 30d; TE_TOKEN, TE_BASE_URL and TE_AID " +
      "are read from the environment",
  );
}

/** The lists for `|expand`. */
export function placeholdersOption(): Option {
  return new Option(
    "--placeholders <file>",
    'lists for |expand, as YAML or JSON: "Administrators: [root, adm_*]"',
  );
}

/** How a command writes what it shows. */
export interface FormatOptions {
  /** For people, or for programs. */
  readonly format: "text" | "json";
}

/** How the output is written: the first format is the default. */
export function formatOption(choices: readonly string[] = ["text", "json"]): Option {
  return new Option("--format <format>", "output format").choices(choices).default(choices[0]);
}

/**
 * Adds the options that say which running Panoptes a command asks, and with which token. The token
 * is no option: every process of the machine can read a command line.
 *
 * @param command The command.
 * @param scope The scope that the token needs.
 * @param isMandatory Whether the command can do nothing without it.
 * @returns The command.
 */
export function onInstance(command: CliCommand, scope: string, isMandatory = true): CliCommand {
  return command
    .addOption(
      new Option("--url <url>", "the address of Panoptes").env("PANOPTES_URL")
        .makeOptionMandatory(isMandatory),
    )
    .addOption(
      new Option("--source <name>", "the name of the source, if Panoptes has several")
        .env("PANOPTES_SOURCE"),
    )
    .option(
      "--token-file <file>",
      `a file with a token of the scope ${scope}; by default it is read from PANOPTES_TOKEN`,
    );
}

/**
 * Adds the filters of the API: which entries of the log are meant.
 *
 * @param command The command.
 * @param what Entries in the plural: `entries`, `events` or `alerts`.
 * @returns The command.
 */
export function filterOptions(
  command: CliCommand,
  what: "entries" | "events" | "alerts",
): CliCommand {
  command
    .option(
      "--since <time>",
      `only ${what} from this time on: ISO 8601, or how long ago, such as 12h`,
    )
    .option("--until <time>", `only ${what} before this time`)
    .option(
      "--user <user>",
      `only ${what} about this user: display form, name, email address or uid`,
    )
    .addOption(
      new Option(
        "--where <condition>",
        `only ${what} with such a field: 'field=value' or 'field|modifier=value', as in Sigma; ` +
          "repeatable",
      ).argParser(repeated),
    );
  if (what === "events") return command;
  return command
    .option("--level <levels>", "only alerts of these levels, separated by commas")
    .option("--rule <rule>", "only alerts of the rule with this id or title");
}

/** Collects the values of an option that can be given several times. */
export function repeated(value: string, before: string[] = []): string[] {
  return [...before, value];
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

/** Parses a whole number from 1. */
export function positiveNumber(text: string): number {
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError("Expected a number from 1.");
  return number;
}

/** Parses the port to listen on; 0 is any that is free. */
export function portNumber(text: string): number {
  const port = wholeNumber(text);
  if (port > 65_535) throw new InvalidArgumentError("Expected a port from 0 to 65535.");
  return port;
}
