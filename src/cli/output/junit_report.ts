import type { InlineTestResult } from "../../sigma/mod.ts";

/** The results of one rule, or why it does not load. */
export interface RuleTests {
  /** The rule's title, or the file's name if it does not load. */
  readonly title: string;
  /** The rule's file. */
  readonly file: string;
  /** One for each test. */
  readonly results: readonly InlineTestResult[];
}

/**
 * Writes test results as JUnit XML, which CI systems read: one suite for each rule.
 *
 * @param rules The results.
 * @returns The document.
 */
export function junitReport(rules: readonly RuleTests[]): string {
  const all = rules.flatMap(({ results }) => results);
  const suites = rules.filter(({ results }) => results.length > 0).map(
    ({ title, file, results }) => {
      const cases = results.map(({ name, passed, message, events }) => {
        const open = `    <testcase ${attributes({ name, classname: title, file })}`;
        if (passed) return `${open}/>\n`;
        const detail = events.map((event) => JSON.stringify(event)).join("\n");
        const failure = `      <failure ${attributes({ message: message ?? "" })}>${
          escaped(detail)
        }</failure>\n`;
        return `${open}>\n${failure}    </testcase>\n`;
      });
      return `  <testsuite ${attributes({ name: title, ...countsOf(results) })}>\n${
        cases.join("")
      }  </testsuite>\n`;
    },
  );
  const head = attributes({ name: "panoptes rules test", ...countsOf(all) });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${head}>\n${
    suites.join("")
  }</testsuites>\n`;
}

function countsOf(results: readonly { passed: boolean }[]): { tests: string; failures: string } {
  const failures = results.filter(({ passed }) => !passed).length;
  return { tests: String(results.length), failures: String(failures) };
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escaped(value)}"`).join(" ");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\n": "&#10;",
};

/**
 * Text in XML: what XML 1.0 cannot contain becomes the replacement character, and what is invisible
 * or moves the cursor of a terminal a reference.
 */
function escaped(text: string): string {
  return text.toWellFormed()
    // deno-lint-ignore no-control-regex -- these are what XML forbids
    .replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/[&<>"\n]/g, (character) => ENTITIES[character] ?? character)
    .replace(
      /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu,
      (character) => `&#${character.codePointAt(0)};`,
    );
}
