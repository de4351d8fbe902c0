/**
 * `deno task rules:build`: lints the rules, runs the tests inside them, and writes what the Worker
 * bundles. If a rule is broken, it fails with file:line:column.
 *
 * @module
 */
import { AUDIT_LOG } from "../src/alert/audit_log.ts";
import { formatText, lintFiles, type Problem } from "../src/sigma/lint/mod.ts";
import { type RuleBundle, sealBundle } from "../src/alert/rule_bundle.ts";
import {
  compileRegexes,
  Correlator,
  type InlineTestResult,
  parseSigma,
  runCorrelationTests,
  runInlineTests,
  SigmaError,
  type SigmaMetadata,
} from "../src/sigma/mod.ts";
import { readRuleFiles } from "../src/cli/input/rule_files.ts";
import { toEvent } from "../src/cli/input/to_event.ts";
import { readValueLists } from "../src/cli/input/value_lists.ts";
import { counted, say } from "../src/cli/output/terminal.ts";

const SOURCE = "rules";
const TARGET = "src/worker/rules.json";

/** The findings of lint that say that a document can do nothing in the Worker. */
const CANNOT_MATCH = new Set(["logsource-unmet", "logsource-field", "correlation-field"]);

/** Why the rules cannot be built; each line names a file. */
class BrokenRules extends Error {}

/** Reads, checks and tests the documents of a folder, in the form that the Worker takes. */
async function buildRules(folder: string): Promise<RuleBundle> {
  const files = await readRuleFiles([folder]);
  const { lists: { placeholders = {} }, problems: listProblems } = await readValueLists([folder]);
  const linted = lintFiles(files, {
    today: new Date().toISOString().slice(0, 10),
    strict: true,
    placeholders,
    sources: [AUDIT_LOG],
    onlySources: true, // the Worker sees no other events
  });
  const problems = [...linted, ...listProblems].filter(({ severity }) => severity !== "info");
  if (problems.length > 0) say(report(problems));
  if (problems.some(({ severity, code }) => severity === "error" || CANNOT_MATCH.has(code))) {
    throw new BrokenRules();
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
  };
}

function failures({ file }: SigmaMetadata, results: readonly InlineTestResult[]): string[] {
  return results.filter(({ passed }) => !passed)
    .map(({ name, message }) => `${file}: test '${name}': ${message}`);
}

/** Tests run during the build; they would only make the bundle larger. */
function withoutTests<T extends SigmaMetadata>(document: T): T {
  const { tests: _, ...custom } = document.custom;
  return { ...document, custom };
}

function report(problems: readonly Problem[]): string {
  return formatText(problems, { colour: !Deno.noColor && Deno.stderr.isTerminal() }).trimEnd();
}

async function main(): Promise<number> {
  try {
    const built = await buildRules(SOURCE);
    const { rules, correlations = [], filters } = built;
    const text = JSON.stringify(sealBundle(built)) + "\n";
    // Written only if it differs, so that programs that watch the file do not start needlessly.
    const before = await Deno.readTextFile(TARGET).catch(() => undefined);
    if (before !== text) await Deno.writeTextFile(TARGET, text);
    const and = [
      correlations.length > 0 ? `, ${counted(correlations.length, "correlation")}` : "",
      filters.length > 0 ? ` and ${counted(filters.length, "filter")}` : "",
    ].join("");
    say(
      `${
        counted(rules.length, "rule")
      }${and} from ${SOURCE}/ checked, tested and written to ${TARGET}`,
    );
    return 0;
  } catch (error) {
    if (error instanceof SigmaError) say(report(error.problems));
    else if (!(error instanceof BrokenRules)) throw error;
    else if (error.message !== "") say(error.message);
    say(`The rules in ${SOURCE}/ were not built.`);
    return 1;
  }
}

if (import.meta.main) Deno.exit(await main());
