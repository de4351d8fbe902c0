import { foldText } from "../fold.ts";
import { RegexReader } from "./regex_reader.ts";

/** Sets of folded texts: of each set at least one text is in every match. None when nothing is known. */
type Needed = readonly (readonly string[])[];

/** What is known of a part of a pattern. */
interface Part {
  /** Every text that the part can match, when these are few; null otherwise. */
  exact: readonly string[] | null;
  /** What a match of the part needs. */
  needed: Needed;
  /** What stands at its beginning, where that is known. */
  first?: readonly string[];
}

/** What every match of a pattern holds. */
export interface RegexLiterals {
  /** Of each set at least one text; the most telling set first. */
  anywhere: Needed;
  /** At least one of these at the beginning of the text; empty when that is not known. */
  atStart: readonly string[];
}

/** More alternatives than this find too little to be worth looking for. */
const MAX_ALTERNATIVES = 64;

/** Runs of literals are multiplied out up to this many texts: "(a|b)-(c|d)" has four. */
const MAX_EXACT = 16;

const ANCHORED = /^(?:\(\?[isU]+\))*(?:\^|\\A)/;
const MULTILINE = /\(\?[a-zU]*m/;

const UNKNOWN: Part = { exact: null, needed: [] };
const EMPTY: Part = { exact: [""], needed: [] };

/**
 * Finds literals that a text must hold for a regular expression to match, so that an index can look for
 * them first.
 *
 * Where in doubt it knows nothing; it never names a set that a match could do without.
 *
 * @param pattern A pattern that RE2 accepts.
 * @returns Folded texts.
 */
export function regexLiterals(pattern: string): RegexLiterals {
  const reader = new RegexReader(pattern);
  const { needed, first = [] } = alternatives(reader);
  // A bracket that closes nothing: the reader and RE2 see different things.
  if (!reader.atEnd) return { anywhere: [], atStart: [] };
  const anchored = ANCHORED.test(pattern) && !MULTILINE.test(pattern) && weight(first) > 0;
  const anywhere = needed.filter((set) => weight(set) > 0 && !(anchored && set === first));
  return {
    anywhere: anywhere.sort((a, b) => weight(b) - weight(a)),
    atStart: anchored ? first : [],
  };
}

/** Branches up to the closing bracket or the end: each must need something for the whole to do so. */
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

/** One branch: every run of literals in it is needed, and what its groups need. */
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

/** The shortest text decides how much a set of them tells; one that may be empty tells nothing. */
function weight(set: readonly string[]): number {
  if (set.length === 0 || set.includes("")) return 0;
  return Math.min(...set.map((text) => text.length)) - Math.log2(set.length) / 4;
}
