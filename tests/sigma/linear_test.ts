import { assert, assertEquals } from "@std/assert";
import { closest } from "../../src/sigma/closest.ts";
import { lintFile } from "../../src/sigma/lint/mod.ts";
import { parseSigma, RuleSet, type SigmaFilter, type SigmaRule } from "../../src/sigma/mod.ts";
import { SearchNames } from "../../src/sigma/parse/search_names.ts";

/** `deno task bench:linear` measures; here, steps are counted. */
function rule(detection: string, top = ""): string {
  return `title: Many things\n${top}logsource:\n  product: test\ndetection:\n${detection}`;
}

function lines(count: number, line: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => line(number)).join("");
}

function errorsOf(text: string): string[] {
  return parseSigma(text).problems.filter(({ severity }) => severity === "error")
    .map(({ code, message }) => `${code}: ${message}`);
}

Deno.test("RuleSet looks at a filter once for each rule that it names, however many there are", () => {
  const count = 300;
  let looks = 0;
  const rules = Array.from({ length: count }, (_, number): SigmaRule => {
    const [parsed] = parseSigma(
      rule("  s:\n    f: x\n  condition: s\n", `name: rule_${number}\n`),
    ).rules;
    return parsed!;
  });
  const filters = Array.from({ length: count }, (_, number): SigmaFilter => {
    const [parsed] = parseSigma(
      `title: F\nlogsource: { product: test }\nfilter:\n  rules: [rule_${number}, unknown]\n` +
        "  s:\n    f: y\n  condition: not s\n",
    ).filters;
    const { logsource } = parsed!;
    return Object.defineProperty(parsed!, "logsource", {
      get() {
        looks++;
        return logsource;
      },
    });
  });
  assertEquals(new RuleSet(rules, { filters }).unusedFilters, []);
  assert(looks <= 3 * count, `${looks} looks`);
});

Deno.test("SearchNames compares patterns with names only up to a limit, whatever a detection asks for", () => {
  const small = new SearchNames(["selection_a", "selection_b", "_hidden"]);
  assertEquals(small.chosenBy("selection_*"), ["selection_a", "selection_b"]);
  assertEquals(small.chosenBy("them"), ["selection_a", "selection_b"]);
  assertEquals(small.chosenBy("_*"), ["_hidden"]);
  const large = new SearchNames(Array.from({ length: 1_000 }, (_, number) => `name_${number}`));
  let answered = 0;
  while (answered < 10_000 && large.chosenBy(`name_${answered}*`)) answered++;
  assert(answered >= 20 && answered <= 100, `${answered} patterns`);
  // Names without wildcards are only looked up.
  assertEquals(large.chosenBy("name_7"), ["name_7"]);
});

Deno.test("SearchNames suggests names for the first misspelled ones only", () => {
  const names = new SearchNames(["selection"]);
  const suggested = Array.from({ length: 100 }, () => names.closest("selektion"));
  assertEquals(suggested.filter((name) => name === closest("selektion", ["selection"])).length, 20);
});

Deno.test("parseSigma() refuses a detection whose patterns and names are too many", () => {
  const many = lines(1_000, (number) => `  name_${number}:\n    f: x\n`);
  const patterns = Array.from({ length: 500 }, (_, number) => `1 of name_${number}*`);
  assertEquals(errorsOf(rule(`${many}  condition: ${patterns.join(" or ")}\n`)), [
    "condition-too-large: The patterns and search identifiers of this detection are too many",
  ]);
  assertEquals(errorsOf(rule(`${many}  condition: 1 of name_*\n`)), []);
});

Deno.test("parseSigma() reports the first problems of a condition and does not read on", () => {
  const words = Array.from({ length: 5_000 }, (_, number) => `unknown_${number}`);
  const errors = errorsOf(rule(`  s:\n    f: x\n  condition: ${words.join(" and ")}\n`));
  assertEquals(errors.length, 20);
  assertEquals(errors[0], "condition-name: Unknown search identifier 'unknown_0'");
});

Deno.test("parseSigma() refuses aliases and merge keys that repeat too many values", () => {
  const list = `  s:\n    f: &a\n${lines(1_000, (number) => `      - v${number}\n`)}`;
  const uses = (count: number) => lines(count, (number) => `    g${number}: *a\n`);
  assertEquals(errorsOf(rule(`${list}${uses(50)}  condition: s\n`)), []);
  const tooMany = errorsOf(rule(`${list}${uses(500)}  condition: s\n`));
  assertEquals(tooMany[0], "yaml-alias: The aliases repeat more than 100000 values");
  const map = `  s: &a\n${lines(1_000, (number) => `    f${number}: x\n`)}`;
  const merges = lines(500, (number) => `  s${number}:\n    <<: *a\n`);
  assertEquals(
    errorsOf(rule(`${map}${merges}  condition: s\n`))[0],
    "yaml-alias: The aliases repeat more than 100000 values",
  );
});

Deno.test("parseSigma() refuses 'action' documents that repeat too many values", () => {
  const shared = `action: global\ntitle: A\ncustom: [${"x, ".repeat(1_000)}]\n` +
    "logsource: { product: test }\n";
  const documents = (count: number) =>
    lines(count, () => "---\ndetection:\n  s:\n    f: x\n  condition: s\n");
  assertEquals(errorsOf(shared + documents(50)), []);
  assertEquals(errorsOf(shared + documents(500)), [
    "document-action: The 'action' documents repeat more than 100000 values",
  ]);
});

Deno.test("parseSigma() refuses nesting before the YAML package slows down", () => {
  for (const open of ["[", "{a: ", "- ", "? "]) {
    assertEquals(
      errorsOf(`a: b\nc:\n  ${open.repeat(600)}\n`),
      ["yaml-too-deep: The file is nested too deeply"],
      open,
    );
  }
  // Brackets next to one another are not nested, and neither are those in strings.
  const flat = `references: [${'"[[[[", '.repeat(600)}]\n`;
  assertEquals(errorsOf(rule("  s:\n    f: x\n  condition: s\n", flat)), []);
});

Deno.test("lintFile() matches thousands of disable comments with thousands of findings, line by line", () => {
  const count = 2_000;
  const values = lines(
    count,
    (number) => `      - 0${number % 8}_${number}${number % 2 ? " # panoptes-disable all" : ""}\n`,
  );
  const found = lintFile(rule(`  s:\n    f:\n${values}  condition: s\n`));
  const lineOf = (number: number) => number + 7;
  assertEquals(
    found.filter(({ line }) => line >= lineOf(0) && (line - lineOf(0)) % 2 === 1),
    [],
  );
});
