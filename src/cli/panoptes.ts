/**
 * The command line: check, test and explain Sigma rules, and match events against them.
 *
 * @module
 */
import { Command, CommanderError, Option } from "commander";
import { matchEvents, type MatchOptions } from "./commands/match_events.ts";
import {
  CHECK_FORMATS,
  rulesCheck,
  type RulesCheckOptions,
  SEVERITIES,
} from "./commands/rules_check.ts";
import { rulesExplain, type RulesExplainOptions } from "./commands/rules_explain.ts";
import { rulesTest, type RulesTestOptions } from "./commands/rules_test.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "./exit_code.ts";
import { MATCH_FORMATS } from "./output/match_line.ts";
import { note } from "./output/terminal.ts";

const EXIT_CODES = `
Exit codes:
  0   done, no problem found
  1   a rule has errors, or one of its tests failed
  2   invalid usage; nothing was done
  3   done, but some events could not be read and were skipped
  70  internal error`;

const RULES_HELP =
  'rule files, folders, or .ndjson files with lines such as {"file": …, "yaml": …}';
const PLACEHOLDERS = [
  "--placeholders <file>",
  'lists for |expand, as YAML or JSON: "Administrators: [root, adm_*]"',
] as const;

let exitCode: ExitCode = EXIT_CODE.ok;

/** Runs a command and keeps its exit code for the end. */
function run<Arguments extends unknown[]>(command: (...args: Arguments) => Promise<ExitCode>) {
  return async (...args: Arguments): Promise<void> => {
    exitCode = await command(...args);
  };
}

function program(): Command {
  const panoptes = new Command("panoptes")
    .description("Check, test and explain Sigma rules, and match events against them.")
    .addHelpText(
      "after",
      `${EXIT_CODES}

Examples (in the repository: deno task -q panoptes …):
  panoptes rules check rules                    find errors in rules
  panoptes rules test rules                     run the tests inside rules
  panoptes match --rules rules events.ndjson    find the events that match
  panoptes rules explain rules/user_added.yml < event.json    show why an event matches or not`,
    );
  const rules = panoptes.command("rules").description("check, test or explain rules");
  rules.command("check").description("find errors and doubtful places in rules")
    .argument("<path...>", RULES_HELP)
    .addOption(
      new Option("--format <format>", "output format").choices(CHECK_FORMATS).default(
        "text",
      ),
    )
    .addOption(
      new Option("--severity <severity>", "the lowest severity to show").choices(SEVERITIES)
        .default("warning"),
    )
    .option(
      "--strict",
      "for rules to publish: wrong metadata is an error, and warnings exit with 1",
    )
    .option(...PLACEHOLDERS)
    .addHelpText("after", EXIT_CODES)
    .action(run((paths: string[], options: RulesCheckOptions) => rulesCheck(paths, options)));
  rules.command("test").description("run the tests in the field 'tests' of rules")
    .argument("<path...>", RULES_HELP)
    .option("--junit <file>", "also write a JUnit report, for CI")
    .option(...PLACEHOLDERS)
    .addHelpText(
      "after",
      `
How to write tests in a rule:
  tests:
    - name: a wrong password
      match: true                      # false: no match; a number: this many of the events match
      event: { event: Login failed. }  # or events: a list
${EXIT_CODES}`,
    )
    .action(run((paths: string[], options: RulesTestOptions) => rulesTest(paths, options)));
  rules.command("explain").description("show item by item why a rule matches an event or not")
    .argument("<rule>", "a rule file")
    .argument(
      "[event]",
      "a file with one event, in any form that match reads; without it, standard input",
    )
    .option("--rule <id>", "the id, name or title of one rule, if the file has several")
    .addOption(
      new Option("--format <format>", "output format").choices(["text", "json"]).default("text"),
    )
    .option(...PLACEHOLDERS)
    .addHelpText("after", `${EXIT_CODES}\n\nThe exit code is 0 whether the rule matches or not.`)
    .action(
      run((rule: string, event: string | undefined, options: RulesExplainOptions) =>
        rulesExplain(rule, event, options)
      ),
    );
  panoptes.command("match").description("find the events that match rules")
    .argument(
      "[event...]",
      "files with JSON objects, such as one on each line, or one JSON array; without them, standard input",
    )
    .addOption(
      new Option("--rules <path>", `${RULES_HELP}; repeatable`).makeOptionMandatory()
        .argParser((path: string, before: string[] = []) => [...before, path]),
    )
    .option(
      "--logsource <source>",
      "what is known of the source of the events, as product=…,service=…: rules for another product or service are left out; any: use every rule",
      "any",
    )
    .addOption(
      new Option("--format <format>", "output format").choices(MATCH_FORMATS).default(
        "text",
      ),
    )
    .option(...PLACEHOLDERS)
    .option("--strict", "read no event unless every rule loads")
    .addHelpText(
      "after",
      `
Formats:
  text   line number of the event; level, title and file of the rule
  json   one object on each line, with the rule and the event
  tsv    line number of the event, rule id, rule file; with several event files, file:line

Events are read as UTF-8 or UTF-16: one JSON object on each line, objects over several lines, or one
JSON array. What /v1/events and /v1/alerts answer, {"events": […]} and hits of Elasticsearch are read
as they are; an event of such a list has the place line:position.

With --logsource product=windows, rules for any category and service of Windows are used, since
nothing is known of these; with --logsource product=windows,service=security, those for other
services are left out.

Events that cannot be read are reported on standard error with their line, and skipped.
Rules that cannot be loaded are reported and left out; if their only problem is that placeholder
lists are missing, the exit code is still 0.
${EXIT_CODES}`,
    )
    .action(run((paths: string[], options: MatchOptions) => matchEvents(paths, options)));
  return panoptes;
}

/** So that the exit code is ours: 2 for arguments that commander refuses, 0 for help. */
function throwInsteadOfExit(command: Command): Command {
  command.exitOverride().showHelpAfterError("(--help shows the options)");
  for (const inner of command.commands) throwInsteadOfExit(inner);
  return command;
}

if (import.meta.main) {
  try {
    await throwInsteadOfExit(program()).parseAsync(Deno.args, { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) {
      exitCode = error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
    } else if (error instanceof UsageError) {
      note(`error: ${error.message}`);
      exitCode = EXIT_CODE.usage;
    } else {
      const trace = error instanceof Error ? error.stack ?? error.message : String(error);
      note("Internal error; please report it with this stack trace");
      for (const line of trace.split("\n")) note(line);
      exitCode = EXIT_CODE.internalError;
    }
  }
  // Standard input may still be open: nothing more is read from it.
  Deno.exit(exitCode);
}
