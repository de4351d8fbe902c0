/**
 * Checks of metadata: what a document says about itself.
 *
 * @module
 */
import { itemsOf, placeOf, plainOf, type YamlNode } from "../parse/yaml_tree.ts";
import { METADATA, UUID } from "../vocabulary.ts";
import type { Check } from "./check.ts";
import { textOf } from "./lint_document.ts";

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** A check that a key exists at all. */
function missing(
  key: string,
  severity: Check["severity"],
  why: string,
  kinds: readonly string[] = ["rule", "filter", "correlation"],
): Check {
  return {
    code: `${key}-missing`,
    severity,
    summary: `The document has no ${key}.`,
    *run(document) {
      if (!kinds.includes(document.kind) || document.top.has(key)) return;
      yield { at: document.head, message: `No ${key}: ${why}`, suggestion: `Add ${key}` };
    },
  };
}

/** Checks of a document's metadata. */
export const metadataChecks: readonly Check[] = [
  missing("id", "warning", "an alert cannot be traced to a rule if its title changes"),
  missing("description", "warning", "the reader of an alert sees only the title"),
  missing("level", "warning", "alerts cannot be sorted or routed by level", [
    "rule",
    "correlation",
  ]),
  missing("status", "warning", "readers cannot tell whether it is ready for use", ["rule"]),
  missing("date", "info", "its age is unknown", ["rule"]),
  missing("author", "info", "there is no one to ask about it", ["rule"]),
  missing("references", "info", "readers cannot look up the reason for it", ["rule"]),
  missing("falsepositives", "info", "it names no harmless causes of a match", ["rule"]),
  missing("tags", "info", "it cannot be found by tactic or technique", ["rule"]),
  {
    code: "id-version",
    severity: "info",
    summary: "The id is a UUID, but not a random one (version 4).",
    *run({ top }) {
      const id = textOf(top.get("id"));
      if (!id || UUID_V4.test(id.data) || !UUID.test(id.data)) return;
      yield {
        at: id.at,
        message: `The id ${id.data} is not a random UUID (version 4)`,
        suggestion: "Keep it if it is in use; give new rules a version 4 UUID",
      };
    },
  },
  {
    code: "title-form",
    severity: "info",
    summary:
      "The title ends in a full stop, begins with 'Detects', or is longer than 110 characters.",
    *run({ top }) {
      const found = textOf(top.get("title"));
      if (!found) return;
      const { data: title, at } = found;
      if (/\.\s*$/.test(title)) {
        yield { at, message: "The title ends in a full stop", suggestion: "Remove the full stop" };
      }
      if (/^detects?\b/i.test(title)) {
        yield {
          at,
          message: `The title begins with '${title.split(" ")[0]}', which says nothing`,
          suggestion: "Name what the rule detects",
        };
      }
      if (title.length > 110) {
        yield {
          at,
          message: `The title has ${title.length} characters, which lists of alerts cut off`,
          suggestion: "Move details to the description",
        };
      }
    },
  },
  {
    code: "description-short",
    severity: "info",
    summary: "The description is shorter than 16 characters.",
    *run({ top }) {
      const description = textOf(top.get("description"));
      if (!description || description.data.trim().length >= 16) return;
      yield {
        at: description.at,
        message: `The description '${description.data.trim()}' is too short`,
        suggestion: "Say what happened and why it matters",
      };
    },
  },
  {
    code: "description-repeats-title",
    severity: "info",
    summary: "The description repeats the title.",
    *run({ top }) {
      const letters = (text: string | undefined) =>
        text?.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
      const title = letters(textOf(top.get("title"))?.data);
      const description = textOf(top.get("description"));
      if (!title || !description || letters(description.data) !== title) return;
      yield {
        at: description.at,
        message: "The description repeats the title",
        suggestion: "Say why a match matters",
      };
    },
  },
  {
    code: "falsepositive-vague",
    severity: "info",
    summary: "A false positive says nothing useful, such as 'none' or 'pentest'.",
    *run({ top }) {
      const value = top.get("falsepositives")?.value;
      if (!value) return;
      for (const text of (itemsOf(value) ?? [value]).map(plainOf)) {
        if (
          typeof text !== "string" ||
          !/^(none|n\/a|no|pen(etration)?[ -]?test(s|ing)?)\.?$/i.test(text.trim())
        ) {
          continue;
        }
        yield {
          at: placeOf(value),
          group: value,
          message: `The false positive '${text.trim()}' does not help to judge a match`,
          suggestion: "Name a harmless cause, or write 'Unknown'",
        };
      }
    },
  },
  {
    code: "key-empty",
    severity: "warning",
    summary: "A key of the specification has no value.",
    *run({ top }) {
      for (const { key, keyNode, value } of top.values()) {
        if (!isEmpty(value) || !(METADATA.has(key) || key === "tests")) continue;
        yield {
          at: placeOf(keyNode),
          message: `The key '${key}' has no value`,
          suggestion: "Add a value or remove the key",
        };
      }
    },
  },
];

function isEmpty(node: YamlNode | null): boolean {
  if (node?.kind === "scalar") return node.value === null || node.value === "";
  return node === null || itemsOf(node)?.length === 0;
}
