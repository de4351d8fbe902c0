import { DASH, DASHES, type TextPart } from "../text_parts.ts";
import { misfit, type Step } from "../work.ts";

const WORD = /\w/;

/**
 * `windash`: a dash that precedes a word, and does not follow one, matches any of the five dashes.
 *
 * The pattern has one part that matches any dash, which covers 5^n permutations at once.
 */
export const windashStep: Step = (work, context) => {
  if (work.kind !== "text") throw misfit(work, context);
  const parts = work.parts.flatMap((part) => typeof part === "string" ? dashed(part) : [part]);
  return { kind: "text", parts, raw: undefined };
};

/** Leaves the dash of "x-y" alone, which is part of a word; "-a /b" has two that vary. */
function dashed(text: string): TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at++) {
    const before = at > 0 && WORD.test(text[at - 1]!);
    const after = at + 1 < text.length && WORD.test(text[at + 1]!);
    if (!DASHES.includes(text[at]!) || before || !after) continue;
    if (at > from) parts.push(text.slice(from, at));
    parts.push(DASH);
    from = at + 1;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}
