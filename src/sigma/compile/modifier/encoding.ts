import { canonicalModifier } from "../../modifiers.ts";
import { DASH, DASHES, joinParts, literalOf, type TextPart } from "../text_parts.ts";
import { ItemError } from "../../sigma_error.ts";
import { misfit, type Step, type StepContext, type Work } from "../work.ts";

const MAX_PERMUTATIONS = 625;

/** `utf16le`, `wide`, `utf16be`, `utf16`: literals become bytes, and wildcards stay. */
const utf16Step: Step = (work, context) => {
  if (work.kind !== "text") throw misfit(work, context);
  const encoding = canonicalModifier(context.modifier);
  const parts = withoutDashes(work.parts, context).map((each) => {
    const encoded = each.map((part) =>
      typeof part === "string" ? toUtf16(part, encoding !== "utf16be") : part
    );
    return encoding === "utf16" ? joinParts(["\xff\xfe", ...encoded]) : encoded;
  });
  return parts.map((each): Work => ({ kind: "text", parts: each, raw: undefined, bytes: true }));
};

/** `base64`: the whole value, encoded. */
const base64Step: Step = (work, context) => {
  return literals(work, context).map((bytes): Work => ({
    kind: "text",
    parts: [btoa(bytes)],
    raw: undefined,
  }));
};

/**
 * `base64offset`: what the value becomes inside a longer encoded string, at each of three offsets.
 * Only the characters that do not depend on the surrounding bytes are kept.
 */
const base64OffsetStep: Step = (work, context) => {
  return literals(work, context).flatMap((bytes) =>
    [0, 1, 2].map((offset): Work => {
      const encoded = btoa("\0".repeat(offset) + bytes).replace(/=+$/, "");
      const first = Math.ceil(offset * 8 / 6);
      const last = Math.floor((offset + bytes.length) * 8 / 6);
      const part = encoded.slice(first, last);
      if (part === "") {
        const message =
          `The value is too short for '${context.modifier}': it would match everything`;
        throw new ItemError("value-syntax", message);
      }
      return { kind: "text", parts: [part], raw: undefined };
    })
  );
};

const STEPS: Readonly<Record<string, Step>> = {
  base64: base64Step,
  base64offset: base64OffsetStep,
};

/** The modifiers of this family: base64, base64offset, and the forms of UTF-16. */
export const encodingStep: Step = (work, context) => {
  return (STEPS[context.modifier] ?? utf16Step)(work, context);
};

/** The bytes of a value without wildcards: UTF-8, unless it is encoded already. */
function literals(work: Work, context: StepContext): string[] {
  if (work.kind !== "text") throw misfit(work, context);
  return withoutDashes(work.parts, context).map((parts) => {
    const text = literalOf(parts);
    if (text === undefined) {
      const message = `The modifier '${context.modifier}' cannot encode a wildcard`;
      throw new ItemError("modifier-combination", message, "escape it with a backslash");
    }
    if (text === "") throw new ItemError("value-empty", "There is nothing to encode");
    return work.bytes
      ? text
      : Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  });
}

/** The five dashes encode differently, so each permutation becomes a string of its own. */
function withoutDashes(
  parts: readonly TextPart[],
  { modifier }: StepContext,
): (readonly TextPart[])[] {
  let texts: TextPart[][] = [[]];
  for (const part of parts) {
    const choices = part === DASH ? [...DASHES] : [part];
    texts = texts.flatMap((text) => choices.map((choice) => [...text, choice]));
    if (texts.length > MAX_PERMUTATIONS) {
      const message = `'windash' before '${modifier}' gives more than ${MAX_PERMUTATIONS} strings`;
      throw new ItemError("modifier-combination", message);
    }
  }
  return texts.map(joinParts);
}

function toUtf16(text: string, littleEndian: boolean): string {
  let bytes = "";
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const [low, high] = [String.fromCharCode(unit & 0xff), String.fromCharCode(unit >> 8)];
    bytes += littleEndian ? low + high : high + low;
  }
  return bytes;
}
