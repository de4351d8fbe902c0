import { closest } from "../../closest.ts";
import { parseTextParts, type TextPart } from "../text_parts.ts";
import { ItemError } from "../../sigma_error.ts";
import { misfit, type Step, type StepContext, type Work } from "../work.ts";

const MAX_VALUES = 100_000;

const PLACEHOLDER = /\\%|%(\w+)%/g;

/** Thrown while a file is only checked, when the lists are not known yet. */
export class UnknownList extends Error {}

/** `expand`: `%name%` stands for any value of the list `name`. */
export const expandStep: Step = (work, context) => {
  if (work.kind === "regex") {
    return expanded(work.source, context, quoted).map((source) => ({ ...work, source }));
  }
  if (work.kind === "network") {
    return expanded(work.text, context, (value) => value).map((text) => ({ ...work, text }));
  }
  if (work.kind !== "text") throw misfit(work, context);
  const [only] = work.parts;
  if (work.parts.length === 1 && typeof only === "object") {
    // A placeholder that is the whole value may still become the name of a field.
    return values(only.placeholder, context).map(({ value }): Work => ({
      kind: "text",
      parts: parseTextParts(value),
      raw: value,
    }));
  }
  let texts: TextPart[][] = [[]];
  for (const part of work.parts) {
    const choices = typeof part === "object" ? values(part.placeholder, context) : [part];
    texts = texts.flatMap((text) => choices.map((choice) => [...text, ...partsOf(choice)]));
    checkCount(texts.length);
  }
  return texts.map((parts): Work => ({ kind: "text", parts, raw: undefined }));
};

/** The values of a list are ordinary values, with wildcards and escapes. */
function partsOf(choice: TextPart | { value: string }): TextPart[] {
  return typeof choice === "object" && "value" in choice ? parseTextParts(choice.value) : [choice];
}

/** What a pattern or a network becomes, as text; a regular expression quotes what is in lists. */
function expanded(
  written: string,
  context: StepContext,
  inserted: (value: string) => string,
): string[] {
  let texts = [""];
  let from = 0;
  for (const found of written.matchAll(PLACEHOLDER)) {
    const before = written.slice(from, found.index);
    const name = found[1];
    const choices = name === undefined
      ? ["%"]
      : values(name, context).map(({ value }) => inserted(value));
    texts = texts.flatMap((text) => choices.map((choice) => text + before + choice));
    checkCount(texts.length);
    from = found.index + found[0].length;
  }
  return texts.map((text) => text + written.slice(from));
}

function values(name: string, { placeholders }: StepContext): { value: string }[] {
  if (placeholders === undefined) throw new UnknownList();
  const list = Object.hasOwn(placeholders, name) ? placeholders[name] : undefined;
  if (list && list.length > 0) return list.map((value) => ({ value: String(value) }));
  const message = list
    ? `The list for the placeholder %${name}% is empty`
    : `There is no list for the placeholder %${name}%`;
  const meant = list ? undefined : closest(name, Object.keys(placeholders));
  const add = `placeholders: { ${name}: [...] }`;
  throw new ItemError("value-placeholder", message, meant === undefined ? add : `%${meant}%`);
}

function checkCount(count: number): void {
  if (count <= MAX_VALUES) return;
  throw new ItemError("value-placeholder", `Placeholders expand to more than ${MAX_VALUES} values`);
}

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
