import { foldText } from "../fold.ts";
import type { FieldSlot } from "../match/field_slot.ts";
import { globOf } from "./glob.ts";
import { ANY, joinParts, partsToText, type TextPart } from "./text_parts.ts";
import type { Clause, ValueTest, Witness } from "./value_test.ts";

/** How a string is tested; each way is cheaper than those after it. */
type Shape = "equals" | "any" | "startswith" | "endswith" | "contains" | "glob";

/** A string pattern, compiled to the cheapest equivalent test. A class, since there are many. */
export class TextTest implements ValueTest {
  readonly #parts: readonly TextPart[];
  readonly #cased: boolean;
  readonly #shape: Shape;
  readonly #literal: string;
  readonly #glob: ((text: string) => boolean) | undefined;

  /** @param parts The pattern, without placeholders. @param cased Whether case counts. */
  constructor(parts: readonly TextPart[], cased: boolean) {
    const joined = joinParts(parts);
    const ready = cased ? joined : folded(joined);
    this.#parts = joined;
    this.#cased = cased;
    this.#shape = shapeOf(ready);
    this.#literal = ready.find((part) => typeof part === "string") ?? "";
    this.#glob = this.#shape === "glob" ? globOf(ready) : undefined;
  }

  /** The test in words. */
  get says(): string {
    const text = JSON.stringify(partsToText(this.#parts));
    return this.#cased ? `is exactly ${text}` : `is ${text}`;
  }

  /** The whole string, or each literal in it, the longest first. */
  get needs(): readonly Clause[] {
    const parts = folded(this.#parts);
    const [first = ""] = parts;
    if (parts.length <= 1 && typeof first === "string") return [[{ kind: "exact", text: first }]];
    const needs = parts.flatMap((part, index): (Witness & { text: string })[] => {
      if (typeof part !== "string") return [];
      const kind = index === 0 ? "prefix" : index === parts.length - 1 ? "suffix" : "literal";
      return [{ kind, text: part }];
    });
    if (needs.length === 0) return [[{ kind: "present" }]];
    return needs.sort((a, b) => b.text.length - a.text.length).map((witness) => [witness]);
  }

  /** See {@linkcode ValueTest}. */
  find(slot: FieldSlot): number {
    for (let index = 0; index < slot.count; index++) {
      if (this.#fits(this.#cased ? slot.texts[index]! : slot.folded(index))) return index;
    }
    return -1;
  }

  #fits(text: string): boolean {
    switch (this.#shape) {
      case "equals":
        return text === this.#literal;
      case "any":
        return true;
      case "startswith":
        return text.startsWith(this.#literal);
      case "endswith":
        return text.endsWith(this.#literal);
      case "contains":
        return text.includes(this.#literal);
      case "glob":
        return this.#glob!(text);
    }
  }
}

function folded(parts: readonly TextPart[]): readonly TextPart[] {
  return parts.map((part) => typeof part === "string" ? foldText(part) : part);
}

function shapeOf([first, second, third, ...others]: readonly TextPart[]): Shape {
  const isText = (part: TextPart | undefined) => typeof part === "string";
  if (others.length > 0) return "glob";
  if (third !== undefined) {
    return first === ANY && isText(second) && third === ANY ? "contains" : "glob";
  }
  if (second === undefined) {
    return first === undefined || isText(first) ? "equals" : first === ANY ? "any" : "glob";
  }
  if (isText(first) && second === ANY) return "startswith";
  return first === ANY && isText(second) ? "endswith" : "glob";
}
