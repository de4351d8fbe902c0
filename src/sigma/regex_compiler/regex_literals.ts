import { foldText } from "../fold.ts";
import type { RegexTable } from "../regex/regex_table.ts";
import { RegexReader } from "./regex_reader.ts";

/** Sets of folded strings: every match contains at least one string of each set. */
type Needed = readonly (readonly string[])[];

/** What is known of a part of a pattern. */
interface Part {
  /** Every string that the part can match, if there are few; null otherwise. */
  exact: readonly string[] | null;
  /** What a match of the part contains. */
  needed: Needed;
  /** What it starts with, if that is known. */
  first?: readonly string[];
}

/** More alternatives than this are not selective enough to look for. */
const MAX_ALTERNATIVES = 64;

/** Literals are multiplied out up to this many strings: "(a|b)-(c|d)" has four. */
const MAX_EXACT = 16;

const ANCHORED = /^(?:\(\?[isU]+\))*(?:\^|\\A)/;
const MULTILINE = /\(\?[a-zU]*m/;

const UNKNOWN: Part = { exact: null, needed: [] };
const EMPTY: Part = { exact: [""], needed: [] };

/**
 * Finds literals that a text must contain for a regular expression to match, so that an index can
 * look for them first.
 *
 * In doubt, it finds nothing; it never reports a set that a match could do without.
 *
 * @param pattern A pattern that RE2 accepts.
 * @returns Folded strings.
 */
export function regexLiterals(pattern: string): Pick<RegexTable, "anywhere" | "atStart"> {
  const reader = new RegexReader(pattern);
  const { needed, first = [] } = alternatives(reader);
  // An unmatched closing bracket: the reader and RE2 disagree.
  if (!reader.atEnd) return { anywhere: [], atStart: [] };
  const anchored = ANCHORED.test(pattern) && !MULTILINE.test(pattern) && weight(first) > 0;
  const anywhere = needed.filter((set) => weight(set) > 0 && !(anchored && set === first));
  return {
    anywhere: anywhere.sort((a, b) => weight(b) - weight(a)),
    atStart: anchored ? first : [],
  };
}

/** Branches up to the closing bracket or the end; the whole needs what each branch needs. */
function alternatives(reader: RegexReader): Part {
  const branches = [sequence(reader)];
  while (reader.take("|")) branches.push(sequence(reader));
  const [only] = branches;
  if (branches.length === 1) return only!;
  const texts = distinct(branches.flatMap(({ exact }) => exact ?? []));
  if (branches.every(({ exact }) => exact) && texts.length <= MAX_EXACT) {
    return { exact: texts, needed: [texts] };
  }
  const best = branches.map(({ needed }) => mostTelling(needed));
  if (best.some((set) => set.length === 0)) return UNKNOWN;
  const all = distinct(best.flat());
  return { exact: null, needed: all.length <= MAX_ALTERNATIVES ? [all] : [] };
}

/** One branch: it needs every run of literals in it, and what its groups need. */
function sequence(reader: RegexReader): Part {
  const needed: (readonly string[])[] = [];
  let run: readonly string[] = [""];
  let isExact = true;
  const endRun = (next: readonly string[] = [""]) => {
    needed.push(run);
    run = next;
  };
  while (!reader.atEnd && reader.unit !== "|" && reader.unit !== ")") {
    const part = reader.unit === "(" ? group(reader) : atom(reader);
    const { min, max } = reader.quantifier();
    const exact = part.exact && (min === 0 ? distinct(["", ...part.exact]) : part.exact);
    if (exact && max === 1) {
      const longer = multiplied(run, exact);
      if (longer.length <= MAX_EXACT) run = longer;
      else {
        isExact = false;
        endRun(exact);
      }
      continue;
    }
    isExact = false;
    const repeated = part.exact && min > 0 ? multiplied(run, part.exact) : null;
    if (repeated && repeated.length <= MAX_EXACT) {
      run = repeated;
      endRun(part.exact!);
    } else endRun();
    if (min > 0) needed.push(...part.needed);
  }
  endRun();
  return { exact: isExact ? needed[0]! : null, needed, first: needed[0]! };
}

function group(reader: RegexReader): Part {
  if (reader.openGroup() === "flags") return EMPTY;
  const part = alternatives(reader);
  reader.take(")");
  return part;
}

function atom(reader: RegexReader): Part {
  const units = reader.atom();
  if (units === null) return UNKNOWN;
  return { exact: distinct(units.map(foldText)), needed: [] };
}

function multiplied(heads: readonly string[], tails: readonly string[]): string[] {
  return distinct(heads.flatMap((head) => tails.map((tail) => head + tail)));
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

function mostTelling(needed: Needed): readonly string[] {
  return needed.reduce<readonly string[]>((a, b) => weight(b) > weight(a) ? b : a, []);
}

/** How selective a set is: as much as its shortest string, and not at all if one is empty. */
function weight(set: readonly string[]): number {
  if (set.length === 0 || set.includes("")) return 0;
  return Math.min(...set.map((text) => text.length)) - Math.log2(set.length) / 4;
}
