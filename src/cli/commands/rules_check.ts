import { Option } from "commander";
import { AUDIT_LOG } from "../../alert/audit_log.ts";
import {
  formatGithub,
  formatJson,
  formatSarif,
  formatText,
  lintFiles,
  type Problem,
  type RuleFile,
  type Severity,
} from "../../sigma/lint/mod.ts";
import { RuleSet } from "../../sigma/mod.ts";
import { CliCommand } from "../cli_command.ts";
import { formatOption, placeholdersOption, RULES_HELP } from "../common_options.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { EVERY_RULE, loadRules, Refusals } from "../input/load_rules.ts";
import { readNeighbours, readRuleFiles } from "../input/rule_files.ts";
import { readValueLists, type ValueLists } from "../input/value_lists.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { counted, hasColours, note } from "../output/terminal.ts";

/** The formats of `rules check`. */
const CHECK_FORMATS = ["text", "json", "sarif", "github"] as const;

/** From most to least severe, as `rules check --severity` takes them. */
export const SEVERITIES: readonly Severity[] = ["error", "warning", "info"];

/** Options of `rules check`. */
interface RulesCheckOptions {
  /** How problems are written. */
  readonly format: typeof CHECK_FORMATS[number];
  /** The least severe problems that are shown. */
  readonly severity: Severity;
  /** For those who publish rules: metadata must be as specified, and warnings count as findings. */
  readonly strict?: boolean;
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
}

/**
 * Checks rules: what prevents them from loading, and what is doubtful in them.
 *
 * @param paths Files, folders and `.ndjson` files.
 * @param options Format and strictness.
 * @returns The exit code: findings if there is an error (with `strict`, a warning).
 */
async function rulesCheck(
  paths: readonly string[],
  options: RulesCheckOptions,
): Promise<ExitCode> {
  const files = await readRuleFiles(paths);
  const { lists, problems: listProblems } = await readValueLists(paths, options.placeholders);
  const beside = await readNeighbours(paths, files);
  const isNamed = new Set(files.map(({ file }) => file));
  const problems = [
    ...lintFiles([...files, ...beside], {
      today: new Date().toISOString().slice(0, 10),
      strict: options.strict ?? false,
      ...lists,
      sources: [AUDIT_LOG],
    }).filter(({ file = "" }) => isNamed.has(file)),
    ...listProblems,
  ];
  const known = new Set(problems.map(keyOf));
  // Some mistakes show only when rules are compiled.
  for (const problem of compileProblems(files, lists)) {
    if (!known.has(keyOf(problem))) problems.push(problem);
  }
  const out = new BufferedOutput();
  const least = SEVERITIES.indexOf(options.severity);
  const shown = problems.filter(({ severity }) => SEVERITIES.indexOf(severity) <= least);
  await out.write(formatted(shown, options.format));
  await out.flush();
  const hidden = problems.length - shown.length;
  const rest = hidden > 0
    ? `; ${counted(hidden, "less severe problem")} not shown; --severity info shows all`
    : "";
  note(`${counted(files.length, "file")} checked${rest}`);
  const bad = problems.some(({ severity }) =>
    severity === "error" || (options.strict && severity === "warning")
  );
  return bad ? EXIT_CODE.findings : EXIT_CODE.ok;
}

function compileProblems(
  files: readonly RuleFile[],
  lists: ValueLists["lists"],
): Problem[] {
  const { rules, filters } = loadRules(files, new Refusals(), lists);
  const refusals = new Refusals();
  const { onProblem } = refusals;
  new RuleSet(rules, { filters, ...EVERY_RULE, onProblem, ...lists });
  // Lists belong to the place where a rule runs: a rule is not wrong without them.
  return refusals.list().flatMap(({ problems, needsPlaceholders }) =>
    needsPlaceholders && lists.placeholders === undefined
      ? problems.map((problem) => ({ ...problem, severity: "info" as const }))
      : problems
  );
}

function formatted(problems: readonly Problem[], format: RulesCheckOptions["format"]): string {
  if (format === "json") return formatJson(problems);
  if (format === "sarif") return formatSarif(problems);
  if (format === "github") return formatGithub(problems);
  return formatText(problems, { colour: hasColours() });
}

function keyOf({ file, line, column, code }: Problem): string {
  return `${file}:${line}:${column}:${code}`;
}

/** `panoptes rules check`. */
export function rulesCheckCommand(): CliCommand {
  return new CliCommand("check").description("report errors and doubtful places in rules")
    .argument("<path...>", RULES_HELP)
    .addOption(formatOption(CHECK_FORMATS))
    .addOption(
      new Option("--severity <severity>", "the lowest severity to show").choices(SEVERITIES)
        .default("warning"),
    )
    .option(
      "--strict",
      "for rules to publish: wrong metadata is an error, and warnings exit with 1",
    )
    .addOption(placeholdersOption())
    .example("panoptes rules check rules")
    .example("panoptes rules check --strict --format sarif rules > findings.sarif")
    .run((paths: string[], options: RulesCheckOptions) => rulesCheck(paths, options));
}
