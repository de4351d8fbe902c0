import type { RegexTable, SigmaCorrelation, SigmaFilter, SigmaRule } from "../sigma/engine.ts";
import { sha256Hex } from "../stream/sha256_hex.ts";

/** The form of bundles that this version writes and reads; what changes its meaning raises it. */
export const BUNDLE_FORMAT = 1;

/** How many hexadecimal digits of the hash a revision has. */
const REVISION_DIGITS = 16;

/** Rules that have been parsed, linted and tested, as JSON data. */
export interface RuleBundle {
  /** The rules. */
  readonly rules: readonly SigmaRule[];
  /** The correlations of their matches; default none. */
  readonly correlations?: readonly SigmaCorrelation[];
  /** The filters that narrow them. */
  readonly filters: readonly SigmaFilter[];
  /** The value lists that they name with `expand`; default none. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  /** The regular expressions of rules and filters, compiled; default none. */
  readonly regexes?: readonly RegexTable[];
  /** The files that all this was built from, by the names that the documents have for them. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** A bundle as it is stored and sent: what `rules build` writes. */
export interface SealedBundle extends RuleBundle {
  /** `BUNDLE_FORMAT` of the version that wrote it. */
  readonly format: number;
  /** Names the content: two bundles with the same revision hold the same rules. */
  readonly revision: string;
}

/**
 * Puts the format and the revision on a bundle.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { revisionOf, sealBundle } from "./rule_bundle.ts";
 *
 * const sealed = sealBundle({ rules: [], filters: [] });
 * assertEquals(sealed.format, 1);
 * assertEquals(revisionOf(JSON.parse(JSON.stringify(sealed))), sealed.revision);
 * ```
 *
 * @param bundle JSON data.
 * @returns The bundle with its format and revision.
 */
export function sealBundle(bundle: RuleBundle): SealedBundle {
  const { format: _, revision: __, ...content } = bundle as Partial<SealedBundle> & RuleBundle;
  return { format: BUNDLE_FORMAT, revision: revisionOf(bundle), ...content };
}

/**
 * The revision of a bundle, from its content: what its rules do, and not how they are written.
 *
 * @param bundle JSON data, with or without a revision of its own, which does not count.
 * @returns 16 hexadecimal digits: the start of the SHA-256 of its JSON text.
 */
export function revisionOf(bundle: RuleBundle): string {
  const { format: _, revision: __, sources: ___, ...content } = bundle as
    & Partial<SealedBundle>
    & RuleBundle;
  return sha256Hex(JSON.stringify([BUNDLE_FORMAT, content])).slice(0, REVISION_DIGITS);
}
