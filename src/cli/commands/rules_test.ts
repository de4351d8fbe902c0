import { isThousandEyesRule } from "../../alert/match_rules.ts";
import { toEvent } from "../../alert/to_event.ts";
import {
  Correlator,
  RuleSet,
  runCorrelationTests,
  runInlineTests,
  type SigmaCorrelation,
  type SigmaRule,
} from "../../sigma/mod.ts";
import { CliCommand } from "../cli_command.ts";
import { placeholdersOption, RULES_HELP } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { EVERY_RULE, loadRules, noteMissingLists, Refusals } from "../input/load_rules.ts";
import { readNeighbours, readRuleFiles } from "../input/rule_files.ts";
import { readValueLists } from "../input/value_lists.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { junitReport, type RuleTests } from "../output/junit_report.ts";
import { counted, paint, printable } from "../output/terminal.ts";

/** Options of `rules test`. */
interface RulesTestOptions {
  /** The file that a JUnit report is written to. */
  readonly junit?: string;
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
}

/**
 * Runs the inline tests of rules.
 *
 * @param paths Files, folders and `.ndjson` files.
 * @param options JUnit report and placeholders.
 * @returns The exit code: findings if a test failed or a rule does not load.
 */
async function rulesTest(
  paths: readonly string[],
  options: RulesTestOptions,
): Promise<ExitCode> {
  const { lists } = await readValueLists(paths, options.placeholders);
  const refusals = new Refusals();
  const files = await readRuleFiles(paths);
  const loaded = loadRules(files, refusals, lists);
  // What correlations refer to may be in files that are not tested.
  const beside = loadRules(await readNeighbours(paths, files), new Refusals(), lists);
  // Without filters: a test describes what the rule itself does.
  const settings = { ...EVERY_RULE, ...lists };
  const { rules } = new RuleSet(loaded.rules, { ...settings, onProblem: refusals.onProblem });
  const allRules = [
    ...rules,
    ...new RuleSet(beside.rules, { ...settings, onProblem: () => {} }).rules,
  ];
  const linked = new Correlator([...loaded.correlations, ...beside.correlations], allRules, {
    statuses: EVERY_RULE.statuses,
    onProblem: (problem, correlation) => {
      if (!beside.correlations.includes(correlation as SigmaCorrelation)) {
        refusals.onProblem(problem, correlation);
      }
    },
  }).correlations;
  const correlations = linked.filter((each) => loaded.correlations.includes(each));
  const tested: RuleTests[] = [
    ...refusals.list().map(({ file, problems }) => ({
      title: file,
      file,
      results: [{
        name: "loads",
        passed: false,
        message: problems.map(({ line, message }) => `line ${line}: ${message}`).join("; "),
        events: [],
      }],
    })),
    ...rules.map((rule) => ({
      title: rule.title,
      file: rule.file ?? "",
      results: runInlineTests(rule, { ...lists, ...preparation([rule]) }),
    })),
    ...correlations.map((correlation) => ({
      title: correlation.title,
      file: correlation.file ?? "",
      results: runCorrelationTests(correlation, {
        rules: allRules,
        correlations: linked,
        ...lists,
        ...preparation(allRules),
      }),
    })),
  ];
  const out = new BufferedOutput();
  for (const rule of tested) await out.write(reportOf(rule));
  const results = tested.flatMap((rule) => rule.results);
  const failed = results.filter(({ passed }) => !passed).length;
  const untested = tested.filter((rule) => rule.results.length === 0).length;
  await out.write(
    `${results.length - failed} passed, ${failed} failed, in ${counted(tested.length, "rule")}` +
      `${untested > 0 ? `; ${counted(untested, "rule")} without tests` : ""}\n`,
  );
  await out.flush();
  noteMissingLists(refusals.list());
  if (options.junit) await writeReport(options.junit, junitReport(tested));
  return failed > 0 ? EXIT_CODE.findings : EXIT_CODE.ok;
}

async function writeReport(path: string, report: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, report);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`Cannot write the JUnit report: ${reason}`, { cause });
  }
}

/** ThousandEyes rules see derived fields; with other rules beside them, these see them as well. */
function preparation(rules: readonly SigmaRule[]): { toEvent?: (event: unknown) => unknown } {
  return rules.some(isThousandEyesRule) ? { toEvent } : {};
}

function reportOf({ title, file, results }: RuleTests): string {
  if (results.length === 0) {
    return `${paint("dim", `no tests  ${printable(title)} (${printable(file)})`)}\n`;
  }
  const failures = results.filter(({ passed }) => !passed);
  const count = `${results.length - failures.length}/${results.length}`;
  const mark = failures.length > 0 ? paint("red", "FAILED") : paint("green", "ok");
  const place = title === file ? "" : ` (${printable(file)})`;
  const lines = [`${mark}  ${count}  ${printable(title)}${place}`];
  for (const { name, message, events } of failures) {
    lines.push(`    ${printable(name)}: ${printable(message ?? "", 1_000)}`);
    for (const event of events.slice(0, 3)) lines.push(`        ${printable(event, 400)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** `panoptes rules test`. */
export function rulesTestCommand(): CliCommand {
  return new CliCommand("test").description("run the tests in the field 'tests' of rules")
    .argument("<path...>", RULES_HELP)
    .option("--junit <file>", "also write a JUnit report, for CI")
    .addOption(placeholdersOption())
    .note(`
How to write tests in a rule:
  tests:
    - name: a wrong password
      match: true                      # false: no match; a number: this many of the events match
      event: { event: Login failed. }  # or events: a list`)
    .example("panoptes rules test rules")
    .example("panoptes rules test rules/user_added.yml --junit report.xml")
    .run((paths: string[], options: RulesTestOptions) => rulesTest(paths, options));
}
