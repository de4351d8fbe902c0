/**
 * Checks of the file as text.
 *
 * @module
 */
import { type Offsets, placeOf, type YamlNode } from "../parse/yaml_tree.ts";
import type { Check } from "./check.ts";

/** Checks of the file as text; each document reports only what is inside it. */
export const textChecks: readonly Check[] = [
  {
    code: "text-byte-order-mark",
    severity: "info",
    summary: "The file starts with a byte order mark.",
    *run({ text, number }) {
      if (number > 0 || text.charCodeAt(0) !== 0xfeff) return;
      yield {
        at: [0, 1],
        message: "The file starts with a byte order mark",
        suggestion: "Save it as UTF-8 without one",
      };
    },
  },
  {
    code: "text-line-ends",
    severity: "info",
    summary: "Lines end with CR LF; the specification recommends LF.",
    *run({ text, root }) {
      const found = text.slice(root.start, root.end + 2).indexOf("\r\n");
      if (found < 0) return;
      const at = root.start + found;
      yield {
        at: [at, at + 2],
        message: "Lines end with CR LF",
        suggestion: "Save the file with LF",
      };
    },
  },
  {
    code: "text-anchor",
    severity: "info",
    summary: "The document uses a YAML alias or merge key, which other tools may not read.",
    *run({ root }) {
      const [at] = aliasesIn(root);
      if (!at) return;
      yield {
        at,
        message: "Not every tool understands YAML aliases and merge keys",
        suggestion: "Write the values out",
      };
    },
  },
];

/** The places of aliases and merge keys, in the order of the file. */
function* aliasesIn(node: YamlNode | null): Generator<Offsets> {
  if (node?.alias) yield node.alias;
  else if (node?.kind === "list") {
    for (const item of node.items) yield* aliasesIn(item);
  } else if (node?.kind === "map") {
    for (const { key, keyNode, value } of node.entries) {
      if (keyNode.alias || key === "<<") yield placeOf(keyNode);
      yield* aliasesIn(value);
    }
  }
}
