import { assert, assertEquals } from "@std/assert";
import { lintFile } from "../../src/sigma/lint/mod.ts";
import { parseSigma, type Problem, RuleSet } from "../../src/sigma/mod.ts";

const FOLDER = new URL("../testdata/sigma_cases/", import.meta.url);

/** What a case has to show, in `expected.json`; what is not named does not matter. */
interface Expected {
  /** The promise, as the name of the test. */
  promise: string;
  /** Whether the file loads without an error: default true. */
  loads?: boolean;
  /** How many rules and conditions match the event. */
  matches?: number;
  /** Codes that lint reports with at least this severity; `says` is a part of a message. */
  problems?: { code?: string; severity?: Problem["severity"]; says?: string }[];
  /** Codes that lint does not report. */
  silent?: string[];
  /** The lists for `expand`. */
  placeholders?: Record<string, string[]>;
}

for (const { name } of [...Deno.readDirSync(FOLDER)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  const read = (file: string) => Deno.readFileSync(new URL(`${name}/${file}`, FOLDER));
  const json = (file: string) => JSON.parse(new TextDecoder().decode(read(file)));
  const expected: Expected = json("expected.json");

  Deno.test(`Small case ${name}: ${expected.promise}`, () => {
    const { loads = true, matches, problems = [], silent = [], placeholders = {} } = expected;
    const rule = read("rule.yml");
    const linted = lintFile(rule);
    const { rules, filters, problems: found } = parseSigma(rule);
    const errors = found.filter(({ severity }) => severity === "error");
    assertEquals(errors.length === 0, loads, JSON.stringify(errors));
    if (matches !== undefined) {
      const ruleSet = new RuleSet(rules, { filters, placeholders });
      assertEquals(ruleSet.match(json("event.json")).length, matches);
    }
    for (const { code, severity, says = "" } of problems) {
      assert(
        linted.some((problem) =>
          (code === undefined || problem.code === code) &&
          (severity === undefined || problem.severity === severity) &&
          `${problem.message} ${problem.suggestion ?? ""}`.includes(says)
        ),
        `${code} ${severity} '${says}' is not among ${JSON.stringify(linted)}`,
      );
    }
    for (const code of silent) assertEquals(linted.filter((problem) => problem.code === code), []);
  });
}
