import { ItemError } from "../sigma_error.ts";

/** A PCRE construct that cannot run in linear time, or that RE2 spells differently. */
interface Construct {
  /** Matches at its position in the pattern, outside classes and quotations. */
  at: RegExp;
  /** Its name. */
  name: string;
  /** What to write instead. */
  rewrite: string;
}

const LOOK_AROUND =
  "match the wider text, and exclude the rest with a second item and 'not' in the condition";

/** The order matters: the first that matches names the problem. */
const CONSTRUCTS: readonly Construct[] = [
  { at: /\(\?=/y, name: "look-ahead '(?='", rewrite: LOOK_AROUND },
  { at: /\(\?!/y, name: "negative look-ahead '(?!'", rewrite: LOOK_AROUND },
  { at: /\(\?<=/y, name: "look-behind '(?<='", rewrite: LOOK_AROUND },
  { at: /\(\?<!/y, name: "negative look-behind '(?<!'", rewrite: LOOK_AROUND },
  {
    at: /\(\?>/y,
    name: "atomic group '(?>'",
    rewrite: "write '(?:': there is no backtracking to cut",
  },
  { at: /\(\?#/y, name: "comment '(?#'", rewrite: "put the comment into the rule" },
  { at: /\(\?\(/y, name: "conditional '(?('", rewrite: "write both cases with '|'" },
  { at: /\(\?\|/y, name: "branch reset '(?|'", rewrite: "write '(?:'" },
  {
    at: /\(\?(?:R|[+-]?\d+|&\w+|P>\w+)\)/y,
    name: "recursion",
    rewrite: "write out the depth you need",
  },
  {
    at: /\(\?P=\w+\)/y,
    name: "back-reference '(?P='",
    rewrite: "list the repeated texts with '|'",
  },
  {
    at: /\(\?[a-z]*x[a-z]*(?:-[a-z]*)?[:)]/y,
    name: "extended mode '(?x)'",
    rewrite: "write the pattern without spaces",
  },
  {
    at: /\(\*[A-Z]/y,
    name: "control verb '(*'",
    rewrite: "leave it out: there is no backtracking",
  },
  { at: /\\[1-9]/y, name: "back-reference", rewrite: "list the repeated texts with '|'" },
  { at: /\\[gk][{<'\d-]/y, name: "back-reference", rewrite: "list the repeated texts with '|'" },
  { at: /\\K/y, name: "'\\K'", rewrite: "leave it out: only whether there is a match counts" },
  { at: /\\G/y, name: "'\\G'", rewrite: "leave it out: the search starts at the beginning" },
  { at: /\\Z/y, name: "'\\Z'", rewrite: "write '$'" },
  { at: /\\R/y, name: "'\\R'", rewrite: "write '\\r?\\n'" },
  { at: /\\h/y, name: "'\\h'", rewrite: "write '[ \\t]'" },
  { at: /\\H/y, name: "'\\H'", rewrite: "write '[^ \\t]'" },
  { at: /\\N(?!\{)/y, name: "'\\N'", rewrite: "write '[^\\n]'" },
  { at: /\\X/y, name: "'\\X'", rewrite: "write '.'" },
  { at: /\\u[0-9a-fA-F]{4}/y, name: "'\\u'", rewrite: "write '\\x{…}'" },
  {
    at: /(?:[*+?]|\{\d+(?:,\d*)?\})\+/y,
    name: "possessive quantifier",
    rewrite: "leave out the last '+': there is no backtracking to stop",
  },
];

/**
 * Refuses what RE2 lacks, naming it and what to write instead.
 *
 * @param source The pattern.
 * @throws {ItemError} At the first such construct.
 */
export function checkConstructs(source: string): void {
  let inClass = false;
  for (let at = 0; at < source.length; at++) {
    if (source.startsWith("\\Q", at) && !inClass) {
      const end = source.indexOf("\\E", at + 2);
      at = end < 0 ? source.length : end + 1;
      continue;
    }
    if (!inClass) {
      for (const { at: pattern, name, rewrite } of CONSTRUCTS) {
        pattern.lastIndex = at;
        if (!pattern.test(source)) continue;
        const message = `Unsupported ${name}: regular expressions run in linear time, as in RE2`;
        throw new ItemError("value-regex-construct", message, rewrite);
      }
    }
    const unit = source[at]!;
    if (unit === "\\") at++;
    else if (unit === "[" && !inClass) {
      inClass = true;
      if (source[at + 1] === "^") at++;
      if (source[at + 1] === "]") at++;
    } else if (unit === "[" && source[at + 1] === ":") {
      const end = source.indexOf(":]", at);
      if (end > 0) at = end + 1;
    } else if (unit === "]") inClass = false;
  }
}
