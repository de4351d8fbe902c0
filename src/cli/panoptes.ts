/**
 * The command line: check, test and explain Sigma rules, and match events against them.
 *
 * @module
 */
import { Command, CommanderError, Option } from "commander";
import { complain } from "./output/complain.ts";
import { EXIT_CODE, type ExitCode } from "./exit_code.ts";
import { match, type MatchOptions } from "./commands/match.ts";
import { MATCH_FORMATS } from "./output/match_line.ts";
import {
  CHECK_FORMATS,
  rulesCheck,
  type RulesCheckOptions,
  SEVERITIES,
} from "./commands/rules_check.ts";
import { rulesExplain, type RulesExplainOptions } from "./commands/rules_explain.ts";
import { rulesTest, type RulesTestOptions } from "./commands/rules_test.ts";
import { UsageError } from "./usage_error.ts";

const EXIT_CODES = `
Exit codes:
  0  done, and all is well
  1  a rule has errors, or one of its tests failed
  2  wrong usage; nothing was done
  3  done, but some events could not be read and were skipped
  70 a fault in panoptes itself`;

const RULES_HELP = 'rule files, folders, or .ndjson files of lines {"file": …, "yaml": …}';
const PLACEHOLDERS = [
  "--placeholders <file>",
  'lists for |expand, as YAML or JSON: "Administrators: [root, adm_*]"',
] as const;

let exitCode: ExitCode = EXIT_CODE.ok;

/** Runs a command and keeps its exit code. */
function run<Arguments extends unknown[]>(command: (...args: Arguments) => Promise<ExitCode>) {
  return async (...args: Arguments): Promise<void> => {
    exitCode = await command(...args);
  };
}

function program(): Command {
  const panoptes = new Command("panoptes")
    .description("Works with Sigma rules: checks, tests and explains them, and matches events.")
    .addHelpText(
      "after",
      `${EXIT_CODES}

Begin here (in the repository: deno task -q panoptes …):
  panoptes rules check rules                        is anything wrong with the rules?
  panoptes rules test rules                         do they find what they should?
  panoptes match --rules rules events.ndjson        what do they find in these events?
  panoptes rules explain rules/user_added.yml < event.json    why, or why not?`,
    );
  const rules = panoptes.command("rules").description("check, test or explain rules");
  rules.command("check").description("find what is wrong or doubtful in rules")
    .argument("<path...>", RULES_HELP)
    .addOption(
      new Option("--format <format>", "how to write what is found").choices(CHECK_FORMATS).default(
        "text",
      ),
    )
    .addOption(
      new Option("--severity <least>", "the mildest problems to show").choices(SEVERITIES)
        .default("warning"),
    )
    .option("--strict", "warnings count as errors for the exit code")
    .option(...PLACEHOLDERS)
    .addHelpText("after", EXIT_CODES)
    .action(run((paths: string[], options: RulesCheckOptions) => rulesCheck(paths, options)));
  rules.command("test").description("run the tests that rules carry in their field 'tests'")
    .argument("<path...>", RULES_HELP)
    .option("--junit <file>", "also write a JUnit report, for CI")
    .option(...PLACEHOLDERS)
    .addHelpText(
      "after",
      `
A rule carries its tests like this:
  tests:
    - name: a wrong password
      match: true                      # false: must not match; a number: of that many events
      event: { event: Login failed. }  # or events: a list
${EXIT_CODES}`,
    )
    .action(run((paths: string[], options: RulesTestOptions) => rulesTest(paths, options)));
  rules.command("explain").description("show why a rule matches an event or not, item by item")
    .argument("<rule>", "a rule file")
    .argument("[event]", "a file with one event as JSON; without it, standard input")
    .option("--rule <id>", "the id, name or title of one rule, where the file has several")
    .addOption(
      new Option("--format <format>", "how to write it").choices(["text", "json"]).default("text"),
    )
    .option(...PLACEHOLDERS)
    .addHelpText("after", `${EXIT_CODES}\n\nThe exit code is 0 whether the rule matches or not.`)
    .action(
      run((rule: string, event: string | undefined, options: RulesExplainOptions) =>
        rulesExplain(rule, event, options)
      ),
    );
  panoptes.command("match").description("match events against rules and write the matches")
    .argument(
      "[event...]",
      "files of events: one JSON object on each line, or one JSON array; without them, standard input",
    )
    .addOption(
      new Option("--rules <path>", `${RULES_HELP}; repeatable`).makeOptionMandatory()
        .argParser((path: string, before: string[] = []) => [...before, path]),
    )
    .option(
      "--logsource <source>",
      "where the events come from, as product=…,service=…; rules for another source are left out; any: no rule is left out",
      "any",
    )
    .addOption(
      new Option("--format <format>", "how to write a match").choices(MATCH_FORMATS).default(
        "text",
      ),
    )
    .option(...PLACEHOLDERS)
    .option("--strict", "read no event unless every rule loads")
    .addHelpText(
      "after",
      `
Formats:
  text   place, level, title and file of the rule
  json   one object on each line, with the rule and the event
  tsv    line number of the event, rule id, rule file; with several event files, file:line

Events may also be what /v1/events or /v1/alerts gave as NDJSON.
Events that cannot be read are told on standard error with their line, and skipped.
Rules that cannot be loaded are told and left out; if nothing is wrong with them but that their
placeholders have no lists, the exit code stays 0.
${EXIT_CODES}`,
    )
    .action(run((paths: string[], options: MatchOptions) => match(paths, options)));
  return panoptes;
}

/** The exit code is 2 for everything that the parser of arguments refuses, 0 for help. */
function throwInsteadOfExit(command: Command): Command {
  command.exitOverride().showHelpAfterError("(--help shows what can be written)");
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
      complain(`error: ${error.message}`);
      exitCode = EXIT_CODE.usage;
    } else {
      const trace = error instanceof Error ? error.stack ?? error.message : String(error);
      complain("A fault in panoptes itself; please report it with this trace");
      for (const line of trace.split("\n")) complain(line);
      exitCode = EXIT_CODE.fault;
    }
  }
  // Standard input may still be open: nothing more is read from it.
  Deno.exit(exitCode);
}
