/**
 * `deno task rules:build`: lints the rules, runs the tests inside them, and writes what the Worker
 * bundles. If a rule is broken, it fails with file:line:column.
 *
 * @module
 */
import { formatText, lintFiles, type Problem } from "../src/sigma/lint/mod.ts";
import {
  parseSigma,
  RuleSet,
  runInlineTests,
  SigmaError,
  type SigmaFilter,
  type SigmaRule,
} from "../src/sigma/mod.ts";
import { readRuleFiles } from "../src/cli/input/rule_files.ts";
import { toEvent } from "../src/cli/input/to_event.ts";
import { counted, say } from "../src/cli/output/terminal.ts";

const SOURCE = "rules";
const TARGET = "src/worker/rules.json";

/** Why the rules cannot be built; each line names a file. */
class BrokenRules extends Error {}

/** Reads, checks and tests the rules and filters of a folder, in the form that the Worker takes. */
async function buildRules(
  folder: string,
): Promise<{ rules: SigmaRule[]; filters: SigmaFilter[] }> {
  const files = await readRuleFiles([folder]);
  const problems = lintFiles(files, { today: new Date().toISOString().slice(0, 10), strict: true })
    .filter(({ severity }) => severity !== "info");
  if (problems.length > 0) say(report(problems));
  if (problems.some(({ severity }) => severity === "error")) throw new BrokenRules();

  const parsed = files.map(({ file, text }) => ({ file, ...parseSigma(text, { file }) }));
  const rules = parsed.flatMap(({ rules }) => rules);
  const filters = parsed.flatMap(({ filters }) => filters);
  const complaints = [
    ...rules.filter(({ id }) => id === undefined)
      .map(({ file }) => `${file}: a rule requires an id here, since it identifies the alerts`),
    ...rules.flatMap(failures),
  ];
  if (complaints.length > 0) throw new BrokenRules(complaints.join("\n"));
  new RuleSet(rules, { filters }); // throws errors that only compiling shows
  return { rules: rules.map(withoutTests), filters };
}

function failures(rule: SigmaRule): string[] {
  return runInlineTests(rule, { toEvent })
    .filter(({ passed }) => !passed)
    .map(({ name, message }) => `${rule.file}: test '${name}': ${message}`);
}

/** Tests run during the build; they would only make the bundle larger. */
function withoutTests(rule: SigmaRule): SigmaRule {
  const { tests: _, ...custom } = rule.custom;
  return { ...rule, custom };
}

function report(problems: readonly Problem[]): string {
  return formatText(problems, { colour: !Deno.noColor && Deno.stderr.isTerminal() }).trimEnd();
}

async function main(): Promise<number> {
  try {
    const { rules, filters } = await buildRules(SOURCE);
    const text = JSON.stringify({ rules, filters }, null, 1) + "\n";
    // Written only if it differs, so that programs that watch the file do not start needlessly.
    const before = await Deno.readTextFile(TARGET).catch(() => undefined);
    if (before !== text) await Deno.writeTextFile(TARGET, text);
    const and = filters.length > 0 ? ` and ${counted(filters.length, "filter")}` : "";
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
