/**
 * The corpus of rules and events that conformance is measured on; it is not part of the repository.
 */
export interface SigmaCorpus {
  rules: { file: string; yaml: string }[];
  events: { file: string; index: number; event: Record<string, unknown> }[];
  /** "event file, index, rule id" of every pair that must match. */
  expected: Set<string>;
}

/** The folder of the corpus. */
export const CORPUS_FOLDER = Deno.env.get("SIGMA_CORPUS") ?? "../shared/corpus";

/** Reads the corpus; returns undefined and says so where it is absent. */
export function readCorpus(): SigmaCorpus | undefined {
  try {
    return {
      rules: lines("sigmahq-rules.ndjson").map((line) => JSON.parse(line)),
      events: lines("windows-events.ndjson").map((line) => JSON.parse(line)),
      expected: new Set(
        lines("windows-expected.tsv").filter((line) => !line.startsWith("#")).map((line) =>
          line.split("\t").slice(0, 3).join(" ")
        ),
      ),
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    // deno-lint-ignore no-console -- a skipped test must say so
    console.log(`Skipped: no Sigma corpus in ${CORPUS_FOLDER} (set SIGMA_CORPUS)`);
    return undefined;
  }
}

/** Whether a rule file is one of the Windows rules that the expected pairs are about. */
export function isWindowsRule(file: string): boolean {
  return file.includes("/windows/") || file.includes("win_");
}

function lines(file: string): string[] {
  return Deno.readTextFileSync(`${CORPUS_FOLDER}/${file}`).trim().split("\n");
}
