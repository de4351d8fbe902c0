/**
 * Checks of regular expressions that load.
 *
 * @module
 */
import { canonicalModifier } from "../modifiers.ts";
import { loadRegex } from "../regex/regex_table.ts";
import { compileRegex } from "../regex_compiler/compile_regex.ts";
import type { Check, Finding } from "./check.ts";
import { has, type Item, strings } from "./item.ts";

function ofRegex(
  code: string,
  summary: string,
  fails: (pattern: string, item: Item) => Omit<Finding, "at"> | undefined,
  severity: Check["severity"] = "info",
): Check {
  return {
    code,
    severity,
    summary,
    *run({ items }) {
      for (const item of items) {
        if (!has(item, "re")) continue;
        for (const { value, at } of strings(item)) {
          const found = fails(value, item);
          if (found) yield { at, group: item, ...found };
        }
      }
    },
  };
}

/** Up to this, nobody notices. */
const MAX_QUIET_MS = 1;

/** How long a text of 5,000 characters may take; 0 for what does not load. */
function slowestMs(pattern: string, { modifiers }: Item): number {
  // Only counted repetitions make a pattern expensive.
  if (!/\{\d/.test(pattern)) return 0;
  const flags = modifiers.map(canonicalModifier);
  try {
    return loadRegex(compileRegex({
      source: pattern,
      flags: flags.filter((name) => /^[ims]$/.test(name)).sort().join(""),
      place: "contains",
    })).slowestMs;
  } catch {
    return 0;
  }
}

/** Checks of regular expressions. */
export const regexChecks: readonly Check[] = [
  ofRegex(
    "regex-slow",
    "A regular expression takes more than a millisecond for some text of 5,000 characters.",
    (pattern, item) => {
      const ms = slowestMs(pattern, item);
      if (ms <= MAX_QUIET_MS) return undefined;
      return {
        message: `The expression may take ${ms.toFixed(1)} ms for a text of 5,000 characters`,
        suggestion: "Use '*' or '+' where the count does not matter, or smaller counts",
      };
    },
    "warning",
  ),
  ofRegex(
    "regex-plain",
    "A regular expression is plain text, perhaps with '^' and '$': a modifier has the same effect.",
    (pattern) => {
      const [, start, body = "", end] = /^(\^?)([\s\S]*?)(\$?)$/.exec(pattern) ?? [];
      const text = body.replaceAll(/\\([^A-Za-z0-9])/g, "");
      if (body === "" || /[\\.*+?()[\]{}|^$]/.test(text)) return undefined;
      const modifier = start && end ? "" : start ? "startswith|" : end ? "endswith|" : "contains|";
      return {
        message: `The expression '${pattern}' is plain text`,
        suggestion: `Write '|${modifier}cased' and the plain text`,
      };
    },
  ),
  ofRegex(
    "regex-open-ends",
    "A regular expression starts or ends with '.*', which a search implies anyway.",
    (pattern) => {
      const start = /^(\(\?[a-z]+\))?\^?\.\*\??/.test(pattern) &&
        !/^(\(\?[a-z]+\))?\^?\.\*\??$/.test(pattern);
      const end = /(^|[^\\])\.\*\??\$?$/.test(pattern);
      if (!start && !end) return undefined;
      return {
        message: `The '.*' at the ${
          start ? "start" : "end"
        } has no effect: the expression may match anywhere`,
        suggestion: "Remove it",
      };
    },
  ),
  ofRegex(
    "regex-inline-flag",
    "Flags are inside the expression, although there are modifiers for them.",
    (pattern) => {
      const flags = /^\(\?([ims]+)\)/.exec(pattern)?.[1];
      if (flags === undefined) return undefined;
      return {
        message: `The flags (?${flags}) are inside the expression`,
        suggestion: `Write '|re${[...flags].map((flag) => `|${flag}`).join("")}'`,
      };
    },
  ),
  ofRegex(
    "regex-matches-empty",
    "A regular expression matches the empty string, and so every value.",
    (pattern) => {
      if (!/^(\(\?[a-z]+\))?(\^?(\.[*?]|\(\.\*\))\$?)+$/.test(pattern) && pattern !== "") {
        return undefined;
      }
      return {
        message: `The expression '${pattern}' matches every string`,
        suggestion: "Write '|exists: true' if that is intended",
      };
    },
    "warning",
  ),
  ofRegex(
    "regex-host-dot",
    "A dot in what looks like a host name matches any character.",
    (pattern) => {
      const host = /(?<![\\.\w\]-])[a-z0-9-]{2,}\.(com|net|org|io|ru|cn|exe|dll)(?![\w*+?{-])/i
        .exec(pattern)?.[0];
      if (host === undefined || /[\][]/.test(host)) return undefined;
      return {
        message: `The dot in '${host}' matches any character`,
        suggestion: `Write '${host.replace(".", "\\.")}'`,
      };
    },
  ),
];
