import { assertEquals } from "@std/assert";
import { lintFiles } from "../../../src/sigma/lint/lint_files.ts";

/**
 * Reviewed rules are the measure of noise: a check that often fires on them tells authors nothing.
 * The folder of the corpus comes from SIGMA_CORPUS; where it is absent these tests are skipped.
 */
const folder = Deno.env.get("SIGMA_CORPUS") ?? "../shared/corpus";
const lines = await Deno.readTextFile(`${folder}/sigmahq-rules.ndjson`).catch(() => "");

Deno.test({
  name: "lintFiles() finds no error in the SigmaHQ corpus, and its checks are quiet there " +
    "(skipped where the corpus is absent)",
  ignore: lines === "",
  fn() {
    const files = lines.trim().split("\n").map((line) => JSON.parse(line))
      .map(({ file, yaml }) => ({ file, text: yaml }));
    const problems = lintFiles(files, { today: "2026-11-23" });
    assertEquals(problems.filter(({ severity }) => severity === "error"), []);
    const rules = new Map<string, Set<string>>();
    for (const { code, severity, file } of problems) {
      const key = `${severity} ${code}`;
      rules.set(key, (rules.get(key) ?? new Set()).add(file!));
    }
    const share = (key: string) => rules.get(key)!.size / files.length;
    // A warning on more than one reviewed rule in 100, or a note on more than one in 20, is noise.
    const noisy = [...rules.keys()].filter((key) =>
      share(key) > (key.startsWith("warning") ? 0.01 : 0.05)
    );
    assertEquals(noisy, []);
  },
});
