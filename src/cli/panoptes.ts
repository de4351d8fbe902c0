/**
 * The command line: write, check, test and explain Sigma rules, try them on events, and operate a
 * running Panoptes.
 *
 * @module
 */
import { Command, CommanderError, Option } from "commander";
import { backtest, type BacktestOptions } from "./commands/backtest.ts";
import { eventsSummarize, type EventsSummarizeOptions } from "./commands/events_summarize.ts";
import { matchEvents, type MatchOptions } from "./commands/match_events.ts";
import { rulesBuild, type RulesBuildOptions } from "./commands/rules_build.ts";
import {
  CHECK_FORMATS,
  rulesCheck,
  type RulesCheckOptions,
  SEVERITIES,
} from "./commands/rules_check.ts";
import { rulesExplain, type RulesExplainOptions } from "./commands/rules_explain.ts";
import { rulesNew, type RulesNewOptions } from "./commands/rules_new.ts";
import { rulesPush, type RulesPushOptions } from "./commands/rules_push.ts";
import { rulesTest, type RulesTestOptions } from "./commands/rules_test.ts";
import { LEVELS } from "../sigma/vocabulary.ts";
import { EXIT_CODE, type ExitCode, SourceError, UsageError } from "./exit_code.ts";
import { addInstanceCommands, sourceOption } from "./instance_commands.ts";
import { MATCH_FORMATS } from "./output/match_line.ts";
import { note } from "./output/terminal.ts";

const EXIT_CODES = `
Exit codes:
  0   done, no problem found
  1   a rule or an endpoint has errors, or a test failed
  2   invalid usage; nothing was done
  3   done, but some events could not be read and were skipped
  4   the API or Panoptes could not be read to the end, or refused the request
  70  internal error`;

const RULES_HELP =
  'rule files, folders, or .ndjson files with lines such as {"file": …, "yaml": …}';
const EVENTS_HELP =
  "files with JSON objects, such as one on each line, or one JSON array; without them, standard input";
const SINCE = [
  "--since <time>",
  "read the past of the ThousandEyes API instead, such as 30d; TE_TOKEN, TE_BASE_URL and TE_AID " +
  "are read from the environment",
] as const;
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

/** Collects the values of an option that can be given several times. */
function repeated(value: string, before: string[] = []): string[] {
  return [...before, value];
}

function program(): Command {
  const panoptes = new Command("panoptes")
    .description(
      "Write, check, test and explain Sigma rules, try them on events, and operate a running Panoptes.",
    )
    .addHelpText(
      "after",
      `${EXIT_CODES}

Examples (in the repository: deno task -q panoptes …):
  panoptes rules check rules                    find errors in rules
  panoptes rules test rules                     run the tests inside rules
  panoptes events summarize --since 30d         show which events there are
  panoptes rules new --event "Test deleted."    write a rule for one of them
  panoptes match --rules rules events.ndjson    find the events that match
  panoptes backtest --rules rules --since 30d   show the alerts that rules would have made
  panoptes rules explain rules/user_added.yml < event.json    show why an event matches or not
  panoptes endpoints test on-call               try an endpoint of a running Panoptes
  panoptes deliveries list --state dead         show what was given up`,
    );
  const rules = panoptes.command("rules").description("write, check, test or explain rules");
  rules.command("new").description("write a rule, with tests, for an event")
    .argument("[event]", "a file with events; '-' is standard input, which is also the default")
    .option(
      "--event <text>",
      "the text of the event: the first such event of the file, or, without a file, all of it",
    )
    .option("--title <title>", "the rule's title; by default the text of the event")
    .addOption(
      new Option("--level <level>", "the rule's level").choices(Object.keys(LEVELS)).default("low"),
    )
    .option("--out <file>", "write to this file, which must not exist; default: standard output")
    .addHelpText(
      "after",
      `
The rule asks for the text of the event and the types of its resources, and passes 'rules check' and
'rules test' as it is. In its test, people, addresses and names are made-up ones.

Examples:
  panoptes rules new --event "Test deleted." --level medium --out rules/test_gone.yml
  panoptes rules new events.ndjson --event "Test deleted."
  head -n 1 events.ndjson | panoptes rules new
${EXIT_CODES}`,
    )
    .action(
      run((event: string | undefined, options: RulesNewOptions) => rulesNew(event, options)),
    );
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
  rules.command("build").description("check and test rules, and write what the Worker runs")
    .argument("<path...>", RULES_HELP)
    .requiredOption("--out <file>", "where the bundle goes, such as rules.json")
    .addHelpText(
      "after",
      `
Nothing is written unless every rule lints, passes its tests and can match in the Worker.

Example:
  panoptes rules build rules --out rules.json
  PANOPTES_TOKEN=… panoptes rules push rules.json --log https://panoptes.example.workers.dev
${EXIT_CODES}`,
    )
    .action(run((paths: string[], options: RulesBuildOptions) => rulesBuild(paths, options)));
  rules.command("push").description("put built rules in force where Panoptes runs")
    .argument("<file>", "what 'rules build' has written, with the version that runs there")
    .requiredOption(
      "--log <url>",
      "the address of Panoptes; PANOPTES_TOKEN is read from the environment and needs the scope admin",
    )
    .addOption(sourceOption())
    .addHelpText(
      "after",
      `
Where anything is wrong with the rules, those in force stay. DELETE /v1/rules puts the rules of the
deployment in force again.
${EXIT_CODES}`,
    )
    .action(run((file: string, options: RulesPushOptions) => rulesPush(file, options)));
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
  const events = panoptes.command("events").description("show which events there are");
  events.command("summarize").description(
    "list the texts of events with counts, first and last date, actors, and the rules they match",
  )
    .argument("[event...]", EVENTS_HELP)
    .option(...SINCE)
    .addOption(
      new Option(
        "--rules <path>",
        `${RULES_HELP}; repeatable; by default the folder rules, if there is one`,
      ).argParser(repeated),
    )
    .addOption(
      new Option("--format <format>", "output format").choices(["text", "json"]).default("text"),
    )
    .option(...PLACEHOLDERS)
    .addHelpText(
      "after",
      `
ThousandEyes publishes no list of event texts. This makes one from your own log, so that rules can be
written for what it really contains. A number after a rule says how many of the events it matches, if
not all. At most 10,000 texts are told apart, and 1,000 actors of each.

Examples:
  TE_TOKEN=… panoptes events summarize --since 30d
  panoptes events summarize --format json events.ndjson | jq '.texts[] | select(.rules == [])'
${EXIT_CODES}`,
    )
    .action(
      run((paths: string[], options: EventsSummarizeOptions) => eventsSummarize(paths, options)),
    );
  panoptes.command("backtest").description("show the alerts that rules would have made in the past")
    .argument("[event...]", EVENTS_HELP)
    .addOption(
      new Option("--rules <path>", `${RULES_HELP}; repeatable`).makeOptionMandatory()
        .argParser(repeated),
    )
    .addOption(
      new Option(
        "--compare <path>",
        "other rules, to see which alerts they add and remove; repeatable",
      )
        .argParser(repeated),
    )
    .option(...SINCE)
    .option(
      "--log <url>",
      "use the log of this Panoptes instead, as far back as --since says; PANOPTES_TOKEN is read from " +
        "the environment and needs the scope admin",
    )
    .addOption(sourceOption())
    .addOption(
      new Option("--format <format>", "output format").choices(["text", "json"]).default("text"),
    )
    .option(...PLACEHOLDERS)
    .addHelpText(
      "after",
      `
Rules run as they do in the Worker, correlations included, and nothing is delivered. The report names
each rule with its alerts by day, whom or what they are about most often, and the latest of them.

With --compare, an alert is the same if it has the same rule and event, or the same correlation, group
and time. So compare the rules in use with a changed copy of them:

Examples:
  TE_TOKEN=… panoptes backtest --rules rules --since 30d
  PANOPTES_TOKEN=… panoptes backtest --rules rules --log https://panoptes.example.workers.dev
  panoptes backtest --rules rules events.ndjson
  panoptes backtest --rules rules --compare changed_rules events.ndjson
  panoptes backtest --rules rules/login_after_failures.yml --format json < events.ndjson
${EXIT_CODES}`,
    )
    .action(run((paths: string[], options: BacktestOptions) => backtest(paths, options)));
  panoptes.command("match").description("find the events that match rules")
    .argument("[event...]", EVENTS_HELP)
    .addOption(
      new Option("--rules <path>", `${RULES_HELP}; repeatable`).makeOptionMandatory()
        .argParser(repeated),
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
  addInstanceCommands(panoptes, run, EXIT_CODES);
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
    } else if (error instanceof SourceError) {
      note(`error: ${error.message}`);
      exitCode = EXIT_CODE.source;
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
