import { DASH, DASHES, type TextPart } from "../text_parts.ts";
import { misfit, type Step } from "../work.ts";

/** Letters of every script, with their accents. */
const WORD = /[\p{L}\p{M}\p{N}_]/u;

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
    if (!DASHES.includes(text[at]!)) continue;
    const before = WORD.test(characterBefore(text, at));
    const after = WORD.test(characterAt(text, at + 1));
    if (before || !after) continue;
    if (at > from) parts.push(text.slice(from, at));
    parts.push(DASH);
    from = at + 1;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

function characterAt(text: string, at: number): string {
  return at < text.length ? String.fromCodePoint(text.codePointAt(at)!) : "";
}

function characterBefore(text: string, at: number): string {
  const pair = at > 1 ? characterAt(text, at - 2) : "";
  return pair.length === 2 ? pair : text.slice(Math.max(0, at - 1), at);
}
