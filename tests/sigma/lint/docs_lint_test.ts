import { assert, assertEquals } from "@std/assert";
import { AUDIT_LOG } from "../../../src/alert/audit_log.ts";
import { base, type Example, examplesIn, readme, whole } from "./lint_examples.ts";
import { CODE_GROUPS } from "../../../src/sigma/lint/codes.ts";
import { lintFiles, type RuleFile } from "../../../src/sigma/lint/lint_files.ts";
import type { Problem } from "../../../src/sigma/problem.ts";
import { withIndex } from "../../../tools/build_lint_index.ts";

const folder = new URL("../../../docs/lint/", import.meta.url);

interface Section {
  code: string;
  kind: string;
  text: string;
  examples: Example[];
}

/** The file of each group, cut at its checks. */
const sections = new Map<string, Section[]>();
for (const group of CODE_GROUPS.keys()) {
  const markdown = await Deno.readTextFile(new URL(`${group}.md`, folder));
  sections.set(
    group,
    markdown.split(/^(?=## )/m).flatMap((text) => {
      const head = /^## `([a-z0-9-]+)` \((error|warning|note)\)\n/.exec(text);
      return head ? [{ code: head[1]!, kind: head[2]!, text, examples: examplesIn(text) }] : [];
    }),
  );
}

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
  return lintFiles(filesOf(example.yaml, example.flags), {
    today: "2026-11-23",
    sources: [AUDIT_LOG],
  });
}

function shown(problems: readonly Problem[]): string {
  return problems.map(({ code, message }) => `${code}: ${message}`).join("\n");
}

for (const [group, checks] of sections) {
  for (const { code, examples } of checks) {
    Deno.test(`docs/lint/${group}.md: '${code}' is reported for its bad example and not for its good one`, () => {
      const bad = lintExample(examples.find(({ word }) => word === "bad")!);
      assert(
        bad.some((problem) => problem.code === code),
        `Not reported; found:\n${shown(bad)}`,
      );
      const problem = bad.find((problem) => problem.code === code)!;
      assert(problem.line >= 1 && problem.column >= 1 && problem.excerpt!.includes("^"));
      const good = lintExample(examples.find(({ word }) => word === "good")!);
      const wrong = good.filter((problem) => problem.code === code || problem.severity === "error");
      assertEquals(shown(wrong), "");
    });
  }
}

Deno.test("docs/lint/README.md: the rule around the examples is clean", () => {
  assertEquals(
    shown(lintFiles([{ file: "example_rule.yml", text: base }], { sources: [AUDIT_LOG] })),
    "",
  );
});

Deno.test("docs/lint has a file for each group, with every check once, its severity and its sentence", async () => {
  const kinds = { error: "error", warning: "warning", info: "note" };
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name);
  assertEquals(files.sort(), [...CODE_GROUPS.keys(), "README"].map((name) => `${name}.md`).sort());
  for (const [group, codes] of CODE_GROUPS) {
    const documented = sections.get(group)!;
    const names = documented.map(({ code }) => code);
    assertEquals(names.filter((code, index) => names.indexOf(code) !== index), []);
    assertEquals(names.filter((code) => !codes.has(code)), []);
    const markdown = await Deno.readTextFile(new URL(`${group}.md`, folder));
    for (const [code, { severity, summary }] of codes) {
      const section = documented.find((each) => each.code === code);
      if (!section) {
        assert(markdown.includes(`| \`${code}\` | ${summary} |`), `${group}.md lacks '${code}'`);
        continue;
      }
      assert(section.text.includes(summary), `${code}: expected the sentence '${summary}'`);
      assertEquals(section.kind, kinds[severity], code);
    }
  }
});

Deno.test("every check file of src/sigma/lint has a file in docs/lint", () => {
  const lint = new URL("../../../src/sigma/lint/", import.meta.url);
  const checkFiles = [...Deno.readDirSync(lint)]
    .flatMap(({ name }) => /^(\w+)_checks\.ts$/.exec(name)?.[1] ?? []);
  assertEquals(checkFiles.filter((group) => !CODE_GROUPS.has(group)), []);
});

Deno.test("docs/lint/README.md has the index that `deno task lint:index` writes", async () => {
  assertEquals(readme, await withIndex(readme));
});
