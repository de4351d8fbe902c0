/**
 * Checks of the file as text.
 *
 * @module
 */
import { visit } from "yaml";
import type { Check } from "./check.ts";

/** Checks of the file as text; each document reports only what lies within it. */
export const textChecks: readonly Check[] = [
  {
    code: "text-byte-order-mark",
    severity: "info",
    summary: "The file begins with a byte order mark.",
    *run({ text, head }) {
      if (text.charCodeAt(0) !== 0xfeff || text.slice(1, head[0]).includes("\n---")) return;
      yield {
        at: [0, 1],
        message: "The file begins with a byte order mark",
        suggestion: "Save it as UTF-8 without one",
      };
    },
  },
  {
    code: "text-line-ends",
    severity: "info",
    summary: "Lines end in CR LF; the specification advises LF.",
    *run({ text, root }) {
      const at = text.indexOf("\r\n", root.range?.[0] ?? 0);
      if (at < 0 || at > (root.range?.[1] ?? 0)) return;
      yield {
        at: [at, at + 2],
        message: "Lines end in CR LF",
        suggestion: "Save the file with LF",
      };
    },
  },
  {
    code: "text-anchor",
    severity: "info",
    summary: "The document uses a YAML alias or merge key, which other tools may not read.",
    *run({ root }) {
      const found: [number, number][] = [];
      visit(root, {
        Alias(_, { range }) {
          if (range) found.push([range[0], range[1]]);
          return visit.BREAK;
        },
        Pair(_, { key }) {
          const { value, range } = (key ?? {}) as { value?: unknown; range?: [number, number] };
          if (value !== "<<" || !range) return undefined;
          found.push([range[0], range[1]]);
          return visit.BREAK;
        },
      });
      for (const at of found) {
        yield {
          at,
          message: "YAML aliases and merge keys are not understood by every tool",
          suggestion: "Write the values out",
        };
      }
    },
  },
];
