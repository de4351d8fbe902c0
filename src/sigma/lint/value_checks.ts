/**
 * Checks of values: wildcards, escapes, characters.
 *
 * @module
 */
import { ANY, literalOf, parseTextParts } from "../compile/text_parts.ts";
import type { Check, Finding } from "./check.ts";
import { has, type Item, type ItemValue, strings } from "./item.ts";

/** Modifiers under which a string has no Sigma wildcards. */
const NOT_TEXT = ["re", "cidr", "fieldref", "exists", "gt", "gte", "lt", "lte"];

const PLACEHOLDERS = /^%(Administrators|JumpServers|Workstations|Servers|DomainControllers)%$/i;

const INVISIBLE = /[\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u2066-\u2069\ufeff]/;

/** Joiners that belong to the spelling: inside an emoji, and in scripts whose letters join. */
const ORDINARY_JOINER =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f\u20e3])\u200d(?=\p{Extended_Pictographic})|(?<=[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gujarati}\p{Script=Gurmukhi}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Oriya}\p{Script=Sinhala}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Mongolian}])[\u200c\u200d]/gu;

/** A check of every string that may have wildcards. */
function ofText(
  code: string,
  severity: Check["severity"],
  summary: string,
  fails: (
    value: string,
    item: Item,
    /** The value with its place, and how it is written in the file. */
    whole: ItemValue & { readonly raw: string },
  ) => Omit<Finding, "at"> | undefined,
): Check {
  return {
    code,
    severity,
    summary,
    *run({ items, text }) {
      for (const item of items) {
        if (has(item, ...NOT_TEXT)) continue;
        for (const whole of strings(item)) {
          const raw = text.slice(whole.at[0], whole.at[1]);
          const found = fails(whole.value, item, { ...whole, raw });
          if (found) yield { at: whole.at, group: item, ...found };
        }
      }
    },
  };
}

/** Checks of values one by one. */
export const valueChecks: readonly Check[] = [
  ofText(
    "wildcard-double",
    "warning",
    "Two '*' are next to each other; one has the same effect.",
    (value) => {
      const parts = parseTextParts(value);
      const double = parts.some((part, index) => part === ANY && parts[index + 1] === ANY);
      if (!double) return undefined;
      return { message: `'${value}' has two '*' next to each other`, suggestion: "Write one '*'" };
    },
  ),
  ofText(
    "wildcard-only",
    "info",
    "The value is only '*': the field must exist, with any value.",
    (value, item) => {
      if (value !== "*" || item.field === undefined) return undefined;
      return {
        message: `'*' matches every value of '${item.field}'`,
        suggestion: `Write '${item.field}|exists: true' if that is intended`,
      };
    },
  ),
  ofText(
    "wildcard-redundant",
    "warning",
    "A '*' is where the modifier already allows any text.",
    (value, item) => {
      const parts = parseTextParts(value);
      const first = parts[0] === ANY && has(item, "contains", "endswith");
      const last = parts.at(-1) === ANY && has(item, "contains", "startswith");
      if ((!first && !last) || parts.length < 2) return undefined;
      return {
        message: `The modifier already implies the '*' at the ${
          first ? "start" : "end"
        } of '${value}'`,
        suggestion: "Remove the '*'",
      };
    },
  ),
  {
    code: "wildcard-for-modifier",
    severity: "info",
    summary: "Every value has wildcards at its ends where a modifier would be clearer.",
    *run({ items }) {
      for (const item of items) {
        const others = item.modifiers.filter((name) => !["all", "cased", "neq"].includes(name));
        if (item.field === undefined || others.length > 0) continue;
        const modifiers = new Set(item.values.map(({ value }) => modifierFor(value)));
        const [modifier] = modifiers;
        if (modifiers.size !== 1 || modifier === undefined) continue;
        yield {
          at: item.key,
          message: `Every value of '${item.field}' means '${modifier}', written with wildcards`,
          suggestion: `Write '${item.field}|${modifier}', and the values without '*'`,
        };
      }
    },
  },
  ofText(
    "wildcard-escaped",
    "info",
    "A wildcard is escaped, so it is an ordinary character.",
    (value) => {
      if (!parseTextParts(value).some((part) => typeof part === "string" && /[*?]/.test(part))) {
        return undefined;
      }
      return {
        message: `'${value}' has an escaped wildcard`,
        suggestion: "Write '\\\\*' for a backslash followed by a wildcard",
      };
    },
  ),
  ofText(
    "value-empty-text",
    "warning",
    "An empty string with contains, startswith or endswith matches everything.",
    (value, item) => {
      if (value !== "" || !has(item, "contains", "startswith", "endswith")) return undefined;
      return {
        message: "Every string contains the empty string",
        suggestion: `Remove the value, or write '${item.field ?? ""}|exists: true'`,
      };
    },
  ),
  ofText(
    "value-escaped-path",
    "warning",
    "A Windows path is in double quotes, where YAML reads a backslash and a letter as one character.",
    (_value, _item, { raw, style }) => {
      const escape = escapeInPath(raw, style);
      if (escape === undefined) return undefined;
      return {
        message: `YAML reads the '${escape}' in ${raw} as one character, not as a part of a path`,
        suggestion: "Use single quotes, in which a backslash is just a backslash",
      };
    },
  ),
  {
    code: "value-final-line-break",
    severity: "warning",
    summary: "A value below '|' or '>' ends with a line break, which hardly any event has.",
    *run({ items }) {
      for (const item of items) {
        for (const { value, style, at } of strings(item)) {
          if (style !== "block" || !value.endsWith("\n")) continue;
          yield {
            at,
            group: item,
            message: "The value ends with a line break",
            suggestion: "Write '|-' or '>-', which leave it out",
          };
        }
      }
    },
  },
  ofText(
    "value-control-character",
    "warning",
    "The value contains a control character, usually because of a backslash in double quotes.",
    (value, item, { raw, style }) => {
      if (escapeInPath(raw, style) !== undefined) return undefined;
      // deno-lint-ignore no-control-regex
      const found = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|[\t\n\r]/.exec(
        style === "block" ? value.replace(/\n+$/, "") : value,
      )?.[0];
      if (found === undefined) return undefined;
      // Encoded text and contents of several lines may contain line breaks.
      if (/[\n\r\t]/.test(found) && has(item, "contains", "base64", "base64offset")) {
        return undefined;
      }
      const code = found.charCodeAt(0).toString(16).padStart(4, "0");
      return {
        message: `The value contains the control character U+${code.toUpperCase()}`,
        suggestion: "Use single quotes, in which a backslash is just a backslash",
      };
    },
  ),
  ofText(
    "value-invisible-character",
    "warning",
    "The value contains an invisible character: zero-width, no-break space, text direction.",
    (value, _, { raw }) => {
      if (!INVISIBLE.test(value)) return undefined;
      // An author who writes an escape means the character, and readers see it.
      const found = INVISIBLE.exec(raw.replace(ORDINARY_JOINER, ""))?.[0];
      if (found === undefined) return undefined;
      const code = found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      return {
        message: `The value contains the invisible character U+${code}`,
        suggestion: `If it is intended, write it in double quotes as "\\u${code}"`,
      };
    },
  ),
  ofText(
    "value-smart-quote",
    "info",
    "The value contains typographic quotes, as word processors insert them.",
    (value) => {
      if (!/[\u2018\u2019\u201c\u201d]/.test(value)) return undefined;
      return {
        message: `'${value}' contains typographic quotes`,
        suggestion: "Write ' or \" unless the log has typographic quotes",
      };
    },
  ),
  ofText(
    "value-outer-space",
    "info",
    "A whole value starts or ends with a space.",
    (value, item) => {
      if (item.field === undefined || has(item, "contains") || value.trim() === "") {
        return undefined;
      }
      const start = value.startsWith(" ") && !has(item, "endswith");
      const end = value.endsWith(" ") && !has(item, "startswith");
      if (!start && !end) return undefined;
      return {
        message: `'${value}' ${start ? "starts" : "ends"} with a space`,
        suggestion: "Remove it unless the log has it",
      };
    },
  ),
  ofText(
    "value-number-quoted",
    "info",
    "A number is written as a string.",
    (value, item, { style }) => {
      if (style === "plain" || item.field === undefined || item.modifiers.length > 0) {
        return undefined;
      }
      if (!/^-?(0|[1-9]\d{0,14})$/.test(value)) return undefined;
      return { message: `The number ${value} is quoted`, suggestion: `Write ${value}` };
    },
  ),
  ofText(
    "placeholder-not-expanded",
    "warning",
    "A standard placeholder has no 'expand', so it is compared literally.",
    (value, item) => {
      if (!PLACEHOLDERS.test(value) || has(item, "expand")) return undefined;
      return {
        message: `'${value}' is compared literally, not expanded`,
        suggestion: `Write '${item.field ?? ""}|expand'`,
      };
    },
  ),
  {
    code: "keyword-short",
    severity: "info",
    summary: "A keyword of one or two characters is searched for in the whole event.",
    *run({ items }) {
      for (const item of items) {
        if (item.field !== undefined) continue;
        for (const { value, at } of strings(item)) {
          const text = literalOf(parseTextParts(value));
          if (text === undefined || text.length > 2 || text === "") continue;
          yield {
            at,
            group: item,
            message: `The keyword '${text}' is in almost every event`,
            suggestion: "Name a field, or write a longer keyword",
          };
        }
      }
    },
  },
];

/** The modifier that would replace the wildcards at the ends of a value. */
function modifierFor(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const parts = parseTextParts(value);
  const inner = parts.filter((part) => typeof part === "string");
  const stars = parts.length - inner.length;
  if (inner.length !== 1 || stars === 0 || value.includes("?")) return undefined;
  const first = parts[0] === ANY;
  const last = parts.at(-1) === ANY;
  if (stars === 2) return first && last ? "contains" : undefined;
  return stars === 1 ? first ? "endswith" : "startswith" : undefined;
}

/** Where a backslash can only be a part of a path. */
const ESCAPES_IN_PATHS = [
  // C:\temp, and what follows an environment variable or a folder written with two backslashes
  String.raw`(?:^|[^A-Za-z])[A-Za-z]:(\\[0abefnrtvNLP_xuU])`,
  String.raw`%\w+%(\\[0abefnrtvNLP_x])`,
  String.raw`(?:^|[^\\])\\\\[\w .$~*-]+(\\[0abeftvNLP_x])\w`,
  // \net.exe, \bin\\
  String
    .raw`(?:^|[^\\])(\\[0abefnrtvNLP_x])[\w -]*(?:\.(?:exe|dll|sys|bat|cmd|ps1|vbs|js|hta|lnk|scr|msi|jar)\b|\\\\)`,
].map((source) => new RegExp(source, "i"));

/** The first escape in a double-quoted path that was meant as a backslash and a letter. */
function escapeInPath(raw: string, style: ItemValue["style"]): string | undefined {
  if (style !== "double-quoted") return undefined;
  const inner = raw.slice(1, -1);
  for (const form of ESCAPES_IN_PATHS) {
    const escape = form.exec(inner)?.[1];
    if (escape !== undefined) return escape;
  }
  return undefined;
}
