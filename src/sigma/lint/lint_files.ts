import { parseFile } from "../parse/parse_file.ts";
import type { Problem } from "../problem.ts";
import { applyDisables } from "./apply_disables.ts";
import { byPlace } from "./by_place.ts";
import { FILE_CHECKS, type Placed } from "./file_checks.ts";
import { lintDocument } from "./lint_document.ts";
import { findings } from "./lint_file.ts";

/** A rule file that has been read. */
export interface RuleFile {
  /** Its path, or another name that problems show. */
  readonly file: string;
  /** Its YAML text. */
  readonly text: string;
}

/**
 * Returns everything that is wrong or doubtful in rule files, also between them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { lintFiles } from "./lint_files.ts";
 *
 * const text = "title: A\nlogsource: {product: a}\ndetection: {s: {x: y}, condition: s}\n";
 * const problems = lintFiles([{ file: "one_rule.yml", text }, { file: "two_rules.yml", text }]);
 * const codes = problems.filter(({ file }) => file === "two_rules.yml").map(({ code }) => code);
 * assertEquals(codes.includes("title-repeated"), true);
 * ```
 *
 * @param files The files; a disable comment in a file also silences what concerns several.
 * @param options What day it is, as `YYYY-MM-DD`.
 * @returns The problems, by file and place.
 */
export function lintFiles(
  files: readonly RuleFile[],
  options: { today?: string } = {},
): Problem[] {
  const parsed = files.map(({ file, text }) => parseFile(text, { file }));
  const documents: Placed[] = parsed.flatMap((file) =>
    file.documents.flatMap((each) => {
      const document = lintDocument(each, file.source);
      return document ? [{ document, source: file.source }] : [];
    })
  );
  const between = new Map(parsed.map(({ source }) => [source, [] as Problem[]]));
  for (const { code, severity, run } of FILE_CHECKS) {
    for (const { source, at, message, suggestion } of run(documents)) {
      between.get(source)?.push(source.problem(code, severity, message, at, suggestion));
    }
  }
  return parsed.flatMap((file) =>
    applyDisables(
      [...file.problems, ...findings(file, options), ...between.get(file.source)!],
      file.source,
    )
  ).sort(byPlace);
}
