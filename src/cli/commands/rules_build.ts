import { AUDIT_LOG } from "../../alert/audit_log.ts";
import { type RuleBundle, sealBundle, type SealedBundle } from "../../alert/rule_bundle.ts";
import { toEvent } from "../../alert/to_event.ts";
import { formatText, lintFiles, type Problem } from "../../sigma/lint/mod.ts";
import {
  compileRegexes,
  Correlator,
  type InlineTestResult,
  parseSigma,
  runCorrelationTests,
  runInlineTests,
  SigmaError,
  type SigmaMetadata,
} from "../../sigma/mod.ts";
import { CliCommand } from "../cli_command.ts";
import { RULES_HELP } from "../common_options.ts";
import { EXIT_CODE, type ExitCode } from "../exit_code.ts";
import { withoutTests } from "../input/rule_bundle.ts";
import { readRuleFiles, textOf } from "../input/rule_files.ts";
import { readValueLists } from "../input/value_lists.ts";
import { counted, hasColours, say } from "../output/terminal.ts";

/** Options of `rules build`. */
export interface RulesBuildOptions {
  /** The file that the bundle is written to. */
  readonly out: string;
  /** Whether the bundle holds the files themselves, too: they are as large as the rest of it. */
  readonly withSources?: boolean;
}

/** The findings of lint that say that a document can do nothing in the Worker. */
const CANNOT_MATCH = new Set(["logsource-unmet", "logsource-field", "correlation-field"]);

/** Why the rules cannot be built; each line names a file. */
export class BrokenRules extends Error {}

/**
 * Lints rules, runs the tests inside them, and writes them in the form that the Worker runs: as it
 * is built with them, and as `PUT /v1/rules` takes them.
 *
 * @param paths Files and folders.
 * @param options Where the bundle goes.
 * @returns The exit code: findings if anything is wrong; then nothing is written.
 */
export async function rulesBuild(
  paths: readonly string[],
  { out, withSources = false }: RulesBuildOptions,
): Promise<ExitCode> {
  const from = paths.map((path) => /[\\/]$/.test(path) || path.includes(".") ? path : `${path}/`)
    .join(", ");
  try {
    const bundle = sealBundle(await bundleOf(paths, withSources));
    const text = JSON.stringify(bundle) + "\n";
    // Written only if it differs, so that programs that watch the file do not start needlessly.
    const before = await Deno.readTextFile(out).catch(() => undefined);
    if (before !== text) await Deno.writeTextFile(out, text);
    say(`${contents(bundle)} from ${from} checked, tested and written to ${out}`);
    return EXIT_CODE.ok;
  } catch (error) {
    if (error instanceof SigmaError) say(report(error.problems));
    else if (!(error instanceof BrokenRules)) throw error;
    else if (error.message !== "") say(error.message);
    say(`The rules in ${from} were not built.`);
    return EXIT_CODE.findings;
  }
}

function contents({ rules, correlations = [], filters }: SealedBundle): string {
  return [
    counted(rules.length, "rule"),
    correlations.length > 0 ? `, ${counted(correlations.length, "correlation")}` : "",
    filters.length > 0 ? ` and ${counted(filters.length, "filter")}` : "",
  ].join("");
}

/**
 * Reads, checks and tests documents, in the form that the service takes.
 *
 * @param paths Files and folders.
 * @param withSources Whether the bundle holds the files themselves.
 * @returns The bundle, not sealed yet.
 * @throws {BrokenRules} If anything is wrong with them; what lint found is already written.
 * @throws {SigmaError} If rules do not fit together.
 */
export async function bundleOf(
  paths: readonly string[],
  withSources: boolean,
): Promise<RuleBundle> {
  const files = await readRuleFiles(paths);
  const { lists: { placeholders = {} }, problems: listProblems } = await readValueLists(paths);
  const linted = lintFiles(files, {
    today: new Date().toISOString().slice(0, 10),
    strict: true,
    placeholders,
    sources: [AUDIT_LOG],
    onlySources: true, // the Worker sees no other events
  });
  const problems = [...linted, ...listProblems].filter(({ severity }) => severity !== "info");
  if (problems.length > 0) say(report(problems));
  if (problems.some(({ severity }) => severity === "error")) throw new BrokenRules();
  if (problems.some(({ code }) => CANNOT_MATCH.has(code))) {
    throw new BrokenRules(
      "What cannot match in Panoptes is not built: correct it, or, if your events do have the " +
        "field, say so with a comment '# panoptes-disable CODE -- reason'.",
    );
  }

  const parsed = files.map(({ file, text }) => ({ file, ...parseSigma(text, { file }) }));
  const rules = parsed.flatMap(({ rules }) => rules);
  const correlations = parsed.flatMap(({ correlations }) => correlations);
  const filters = parsed.flatMap(({ filters }) => filters);
  new Correlator(correlations, rules); // throws errors that only linking shows
  const complaints = [
    ...[...rules, ...correlations].filter(({ id }) => id === undefined)
      .map(({ file }) => `${file}: a rule requires an id here, since it identifies the alerts`),
    ...rules.flatMap((rule) => failures(rule, runInlineTests(rule, { toEvent, placeholders }))),
    ...correlations.flatMap((each) =>
      failures(each, runCorrelationTests(each, { rules, correlations, toEvent, placeholders }))
    ),
  ];
  if (complaints.length > 0) throw new BrokenRules(complaints.join("\n"));
  return {
    rules: rules.map(withoutTests),
    correlations: correlations.map((each) => withoutTests({ ...each, places: {} })),
    filters,
    placeholders,
    // Throws errors that only compiling shows.
    regexes: compileRegexes(rules, { filters, placeholders, baseRules: true }),
    ...(withSources && {
      sources: Object.fromEntries(files.map(({ file, text }) => [file, textOf(text)])),
    }),
  };
}

function failures({ file }: SigmaMetadata, results: readonly InlineTestResult[]): string[] {
  return results.filter(({ passed }) => !passed)
    .map(({ name, message }) => `${file}: test '${name}': ${message}`);
}

function report(problems: readonly Problem[]): string {
  return formatText(problems, { colour: hasColours() }).trimEnd();
}

/** `panoptes rules build`. */
export function rulesBuildCommand(): CliCommand {
  return new CliCommand("build").description("check and test rules, and write what Panoptes runs")
    .argument("<path...>", RULES_HELP)
    .requiredOption("--out <file>", "where the bundle goes, such as rules.json")
    .note(
      "Nothing is written unless every rule lints, passes its tests and can match in Panoptes.",
    )
    .example("panoptes rules build rules --out rules.json")
    .run((paths: string[], options: RulesBuildOptions) => rulesBuild(paths, options));
}
