import { foldText } from "../fold.ts";
import type { FieldSlot } from "../match/field_slot.ts";
import { globOf } from "./glob.ts";
import { ANY, joinParts, partsToText, type TextPart } from "./text_parts.ts";
import type { Clause, ValueTest, Witness } from "./value_test.ts";

/** Whether a text fits; the text is folded unless the test heeds case. */
type Fits = (text: string) => boolean;

/**
 * Compiles a text pattern to the cheapest test that does the same.
 *
 * @param parts The pattern, without placeholders.
 * @param cased Whether case counts.
 * @returns The test.
 */
export function textTest(parts: readonly TextPart[], cased: boolean): ValueTest {
  const joined = joinParts(parts);
  const folded = joined.map(foldPart);
  const fits = fitsOf(cased ? joined : folded);
  return {
    get says() {
      return `${cased ? "is exactly" : "is"} ${JSON.stringify(partsToText(joined))}`;
    },
    needs: needsOf(folded),
    find: cased ? (slot) => findRaw(slot, fits) : (slot) => findFolded(slot, fits),
  };
}

function findRaw(slot: FieldSlot, fits: Fits): number {
  for (let index = 0; index < slot.count; index++) if (fits(slot.texts[index]!)) return index;
  return -1;
}

function findFolded(slot: FieldSlot, fits: Fits): number {
  for (let index = 0; index < slot.count; index++) if (fits(slot.folded(index))) return index;
  return -1;
}

function foldPart(part: TextPart): TextPart {
  return typeof part === "string" ? foldText(part) : part;
}

function fitsOf(parts: readonly TextPart[]): Fits {
  const [first, second, third] = parts;
  if (parts.length === 0) return (text) => text === "";
  if (parts.length === 1 && typeof first === "string") return (text) => text === first;
  if (parts.length === 1 && first === ANY) return () => true;
  if (parts.length === 2 && typeof first === "string" && second === ANY) {
    return (text) => text.startsWith(first);
  }
  if (parts.length === 2 && first === ANY && typeof second === "string") {
    return (text) => text.endsWith(second);
  }
  const inside = parts.length === 3 && first === ANY && third === ANY;
  if (inside && typeof second === "string") return (text) => text.includes(second);
  return globOf(parts);
}

/** The whole text, or each literal in it, the longest first. */
function needsOf(parts: readonly TextPart[]): Clause[] {
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
