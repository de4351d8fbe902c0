import type { Offsets } from "../parse/yaml_tree.ts";
import type { Severity } from "../problem.ts";
import type { KnownSources } from "./known_source.ts";
import type { LintDocument } from "./lint_document.ts";

/** One thing a check found. */
export interface Finding {
  /** Offsets in the file's text. */
  readonly at: Offsets;
  /** What is wrong, with the value; capital first, no full stop. */
  readonly message: string;
  /** What to write instead. */
  readonly suggestion?: string;
  /**
   * What findings have in common that are the same mistake again and again, such as the values of
   * one list: only the first is reported, with the lines of the others.
   */
  readonly group?: object | string;
}

/** What a check may know beside the document. */
export interface CheckContext extends KnownSources {
  /** Today as `YYYY-MM-DD`, when the caller gave it. */
  readonly today?: string;
}

/** One entry in the catalogue of checks; `docs/lint/` has an example of each. */
export interface Check {
  /** Stable name, also used in `# panoptes-disable`. */
  readonly code: string;
  readonly severity: Severity;
  /** What the check looks for, in one sentence. */
  readonly summary: string;
  run(document: LintDocument, context: CheckContext): Iterable<Finding>;
}
