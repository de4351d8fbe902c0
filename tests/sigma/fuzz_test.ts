import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseSigma, type Problem, RuleSet, SigmaError } from "../../src/sigma/mod.ts";
import { lintFile } from "../../src/sigma/lint/mod.ts";
import { ruleText } from "./cases/spec_case.ts";
import { conditions, documents, events } from "./fuzz_documents.ts";
import { runsOf } from "../support/fuzz_settings.ts";

/**
 * No document may hold a thread for longer. `deno task fuzz:sigma` has the machine to itself and asks for 50 ms; among
 * other tests only a hang can be told from a busy machine.
 */
const LONGEST_MS = Number(Deno.env.get("FUZZ_LONGEST_MS") ?? 2_000);

const runs = runsOf(1_500);

function checkProblems(problems: readonly Problem[]): void {
  for (const { code, severity, message, line, column, endLine, endColumn } of problems) {
    assert(/^[a-z0-9-]+$/.test(code), code);
    assert(["error", "warning", "info"].includes(severity), severity);
    assert(message.length > 0 && message.length < 1_000, message);
    assert(line >= 1 && column >= 1, `${line}:${column}`);
    assert(endLine > line || (endLine === line && endColumn >= column), `${endLine}:${endColumn}`);
  }
}

/** Parse, compile, match: any other end than problems is a throw, and fails the test. */
function load(text: string, list: readonly unknown[]): RuleSet | undefined {
  const { rules, filters, problems } = parseSigma(text, { file: "fuzz.yml" });
  checkProblems(problems);
  try {
    const ruleSet = new RuleSet(rules, { filters });
    for (const event of list) ruleSet.match(event);
    return ruleSet;
  } catch (error) {
    if (!(error instanceof SigmaError)) throw error;
    assert(error.problems.length > 0);
    checkProblems(error.problems);
    return undefined;
  }
}

function lint(text: string): void {
  checkProblems(lintFile(text, { file: "fuzz.yml", today: "2026-01-01" }));
}

/** What is told of a match is what was found. */
function checkExplanations(text: string, list: readonly unknown[]): void {
  const ruleSet = load(text, []);
  if (ruleSet === undefined) return;
  for (const event of list) {
    const matched = new Set(ruleSet.match(event).map(({ rule }) => rule));
    for (const rule of ruleSet.rules) {
      assertEquals(ruleSet.explain(rule, event).matched, matched.has(rule));
      assert(matched.has(rule) || ruleSet.matchedFields(rule, event).length === 0);
    }
  }
}

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

function checkInTime(text: string, list: readonly unknown[]): void {
  for (const work of [() => load(text, list), () => lint(text)]) {
    // A slow document is slow each time; code not compiled yet and a collection of garbage are not.
    let took = milliseconds(work);
    for (let again = 0; took > LONGEST_MS && again < 4; again++) took = milliseconds(work);
    assert(took <= LONGEST_MS, `took ${Math.round(took)} ms`);
  }
  checkExplanations(text, list);
}

function check(name: string, property: fc.IRawProperty<unknown>): void {
  Deno.test(name, () => {
    fc.assert(property, { numRuns: runs });
  });
}

check(
  "parseSigma(), RuleSet and lintFile() meet any document with problems, not with a throw or a hang",
  fc.property(documents, fc.array(events, { maxLength: 2 }), checkInTime),
);

check(
  "parseSigma(), RuleSet and lintFile() meet any condition with problems, not with a throw or a hang",
  fc.property(conditions, (condition) => {
    const detection =
      `a: {a: 1}\n    b: {b: 1}\n    sel_1: {a: 2}\n    sel_2: {b: 2}\n    _hidden: {c: 1}`;
    checkInTime(
      ruleText(`detection:\n    ${detection}\n    condition: ${JSON.stringify(condition)}`),
      [{ a: 1 }, { b: 2 }],
    );
  }),
);

const HOSTILE: Readonly<Record<string, string>> = {
  "brackets in a condition": `detection:
    a: {f: x}
    condition: ${"(".repeat(5_000)}a`,
  "negations in a condition": `detection:
    a: {f: x}
    condition: ${"not ".repeat(5_000)}a`,
  "names in a condition": `detection:
    a: {f: x}
    condition: ${Array(2_000).fill("a").join(" or ")}`,
  "patterns over many names": `detection:
${Array.from({ length: 200 }, (_, index) => `    ${"a".repeat(30)}${index}: {f: x}`).join("\n")}
    condition: 1 of ${"a*".repeat(40)}b or 1 of a*`,
  "dashes under windash": `f|windash|contains: '${"-a /b ".repeat(40)}'`,
  "dashes under windash and base64offset": `f|windash|base64offset|contains: '${" -a".repeat(12)}'`,
  "encodings over encodings": `f|${Array(40).fill("base64").join("|")}: abc`,
  "wide over wide": `f|${Array(60).fill("wide").join("|")}: abc`,
  "offsets over offsets": `f|${Array(30).fill("base64offset").join("|")}: abcdefgh`,
  "aliases of aliases": `title: A
a0: &a0 [x, x, x, x, x, x, x, x, x]
${
    Array.from({ length: 9 }, (_, i) =>
      `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`).join("\n")
  }
logsource: {product: p}
detection: {s: *a9, condition: s}`,
  "aliases in a long file": `title: A
long: [${"1, ".repeat(3_000)}1]
logsource: {product: p}
detection:
    s: {g: &y a, f: [${Array(400).fill("*y").join(", ")}]}
    condition: s`,
  "an alias of itself": `title: A
logsource: {product: p}
detection:
    s: &s
        - *s
    condition: s`,
  "flow lists in one another": `f: ${"[".repeat(3_000)}`,
  "maps in one another": `${"{f: ".repeat(2_000)}`,
  "blocks in one another":
    Array.from({ length: 200 }, (_, i) => "  ".repeat(i) + "a[any]:").join("\n") +
    ` {f: x}`,
  "repeats of repeats": `f|re: '${"(".repeat(30)}a${"{1,30}){1,30}".repeat(8)}'`,
  "a bounded repeat of a wide class": String.raw`f|re: '(\w{1,1000}){1,1000}'`,
  "a repeat of a repeat of a repeat": "f|re: '((a{0,100}){0,100}){0,100}'",
  "many alternatives": `f|re: '${Array.from({ length: 500 }, (_, i) => `a${i}.*`).join("|")}'`,
  "wildcards": `f: '${"*a?".repeat(300)}b'`,
  "documents": "---\n".repeat(3_000),
  "long keys": `${"f".repeat(5_000)}|contains: x`,
  "modifiers": `f|${Array(2_000).fill("all").join("|")}: x`,
  "tags of YAML": `f: !!js/function 'x'`,
  "merge keys": `<<: {f: x}`,
  "escapes": `f: '${"\\".repeat(5_001)}*'`,
};

for (const [name, rule] of Object.entries(HOSTILE)) {
  Deno.test(`parseSigma(), RuleSet and lintFile() finish in time on ${name}`, () => {
    checkInTime(ruleText(rule), [
      { f: "a".repeat(2_000) },
      { f: "-a /b ".repeat(200), a: [{ f: "x" }] },
    ]);
  });
}
