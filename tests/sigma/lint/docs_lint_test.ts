import { assert, assertEquals } from "@std/assert";
import { base, type Example, examplesIn, markdown, whole } from "./lint_examples.ts";
import { CODES } from "../../../src/sigma/lint/codes.ts";
import { lintFiles, type RuleFile } from "../../../src/sigma/lint/lint_files.ts";
import type { Problem } from "../../../src/sigma/problem.ts";

interface Section {
  code: string;
  kind: string;
  text: string;
  examples: Example[];
}

const sections: Section[] = markdown.split(/^(?=#{2,3} )/m).flatMap((text) => {
  const head = /^### `([a-z0-9-]+)` \((error|warning|note)\)\n/.exec(text);
  return head ? [{ code: head[1]!, kind: head[2]!, text, examples: examplesIn(text) }] : [];
});

function filesOf(yaml: string, flags: readonly string[]): RuleFile[] {
  const parts = yaml.split(/^# file: (.+)\n/m);
  if (parts.length === 1) {
    const named = flags.find((flag) => flag.startsWith("file="))?.slice(5);
    return [{ file: named ?? "example_rule.yml", text: whole(yaml, flags) }];
  }
  return parts.slice(1).flatMap((file, index, all) =>
    index % 2 === 0 ? [{ file, text: whole(all[index + 1]!, flags) }] : []
  );
}

function lintExample(example: Example): Problem[] {
  return lintFiles(filesOf(example.yaml, example.flags), { today: "2026-11-23" });
}

function shown(problems: readonly Problem[]): string {
  return problems.map(({ code, message }) => `${code}: ${message}`).join("\n");
}

for (const { code, examples } of sections) {
  Deno.test(`docs/lint.md: '${code}' is reported for its bad example and not for its good one`, () => {
    const bad = lintExample(examples.find(({ word }) => word === "bad")!);
    assert(bad.some((problem) => problem.code === code), `Not reported; found:\n${shown(bad)}`);
    const problem = bad.find((problem) => problem.code === code)!;
    assert(problem.line >= 1 && problem.column >= 1 && problem.excerpt!.includes("^"));
    const good = lintExample(examples.find(({ word }) => word === "good")!);
    const wrong = good.filter((problem) => problem.code === code || problem.severity === "error");
    assertEquals(shown(wrong), "");
  });
}

Deno.test("docs/lint.md: the rule around the examples is clean", () => {
  assertEquals(shown(lintFiles([{ file: "example_rule.yml", text: base }])), "");
});

Deno.test("docs/lint.md names every check once, with its severity and its sentence", () => {
  const kinds = { error: "error", warning: "warning", info: "note" };
  const documented = sections.map(({ code }) => code);
  assertEquals(documented.filter((code, index) => documented.indexOf(code) !== index), []);
  const described = [...CODES].filter(([code]) => documented.includes(code));
  const listed = [...CODES.keys()].filter((code) => !documented.includes(code));
  assertEquals(listed.filter((code) => !markdown.includes(`| \`${code}\` |`)), []);
  for (const [code, { severity, summary }] of described) {
    const section = sections.find((each) => each.code === code)!;
    assert(section.text.includes(summary), `${code}: expected the sentence '${summary}'`);
    assertEquals(section.kind, kinds[severity], code);
  }
  assertEquals(documented.filter((code) => !CODES.has(code)), []);
});
