import { foldText } from "../fold.ts";

/** Texts of which at least one is in every match; null when nothing is known. */
type Needed = readonly string[] | null;

/** More alternatives than this find too little to be worth looking for. */
const MOST_ALTERNATIVES = 64;

/** Escapes of letters and digits stand for classes, places or other characters. */
const PLAIN_ESCAPE = /[^A-Za-z0-9]/;

const REPEAT = /\{(\d+)(?:,\d*)?\}/y;

/**
 * Finds literals that a text must hold for a regular expression to match, so that an index can look for
 * them first.
 *
 * Where in doubt it knows nothing; it never names a text that a match could lack.
 *
 * @param pattern A pattern that RE2 accepts.
 * @returns Folded texts of which every match holds at least one, or null.
 */
export function regexLiterals(pattern: string): Needed {
  const reader = { pattern, at: 0 };
  const needed = alternatives(reader, 0);
  // A bracket that closes nothing: the reader and RE2 see different things.
  return reader.at < pattern.length ? null : needed;
}

interface Reader {
  pattern: string;
  at: number;
}

/** Branches up to the closing bracket or the end: each must need something for the whole to do so. */
function alternatives(reader: Reader, depth: number): Needed {
  const all: string[] = [];
  let known = true;
  for (;;) {
    const needed = sequence(reader, depth);
    if (needed === null) known = false;
    else all.push(...needed);
    if (reader.pattern[reader.at] !== "|") break;
    reader.at++;
  }
  return known && all.length <= MOST_ALTERNATIVES ? all : null;
}

/** One branch: of the runs of literals and the groups in it, the most telling one. */
function sequence(reader: Reader, depth: number): Needed {
  const { pattern } = reader;
  let best: Needed = null;
  let run = "";
  const offer = (needed: Needed) => {
    if (needed !== null && weight(needed) > weight(best)) best = needed;
  };
  const endRun = () => {
    if (run !== "") offer([foldText(run)]);
    run = "";
  };
  while (reader.at < pattern.length) {
    const unit = pattern[reader.at]!;
    if (unit === "|" || unit === ")") break;
    if (unit === "(") {
      endRun();
      const needed = group(reader, depth);
      if (!isOptional(reader)) offer(needed);
      continue;
    }
    const literal = atom(reader);
    const before = reader.at;
    const optional = isOptional(reader);
    if (literal !== null && !optional) run += literal;
    if (literal === null || reader.at > before) endRun();
  }
  endRun();
  return best;
}

function group(reader: Reader, depth: number): Needed {
  const { pattern } = reader;
  reader.at++;
  const head = /\?(?:P?<\w+>|[imsU-]*[:)])/y;
  head.lastIndex = reader.at;
  const found = head.exec(pattern)?.[0];
  if (found !== undefined) reader.at += found.length;
  if (found?.endsWith(")")) return null;
  const needed = alternatives(reader, depth + 1);
  if (pattern[reader.at] === ")") reader.at++;
  return needed;
}

/** One literal character, or null for a class, a place, or anything else that is no literal. */
function atom(reader: Reader): string | null {
  const { pattern } = reader;
  const unit = pattern[reader.at]!;
  reader.at++;
  if (unit === "[") return skipClass(reader);
  if (unit === "." || unit === "^" || unit === "$") return null;
  if (unit !== "\\") return unit;
  const escaped = pattern[reader.at] ?? "";
  reader.at++;
  if (PLAIN_ESCAPE.test(escaped)) return escaped;
  const long = /(?:x|p|P)\{[^}]*\}|x[0-9a-fA-F]{2}|Q[\s\S]*?(?:\\E|$)|[0-7]{1,3}/y;
  long.lastIndex = reader.at - 1;
  const found = long.exec(pattern)?.[0];
  if (found !== undefined) reader.at += found.length - 1;
  return null;
}

function skipClass(reader: Reader): null {
  const { pattern } = reader;
  if (pattern[reader.at] === "^") reader.at++;
  if (pattern[reader.at] === "]") reader.at++;
  while (reader.at < pattern.length && pattern[reader.at] !== "]") {
    const named = pattern.startsWith("[:", reader.at) ? pattern.indexOf(":]", reader.at) : -1;
    if (named > 0) reader.at = named + 2;
    else reader.at += pattern[reader.at] === "\\" ? 2 : 1;
  }
  reader.at++;
  return null;
}

/** Reads quantifiers; true when they allow for none at all. */
function isOptional(reader: Reader): boolean {
  const { pattern } = reader;
  let optional = false;
  for (;;) {
    const unit = pattern[reader.at];
    if (unit === "*" || unit === "?" || unit === "+") {
      if (unit !== "+") optional = true;
      reader.at++;
      continue;
    }
    REPEAT.lastIndex = reader.at;
    const repeat = REPEAT.exec(pattern);
    if (!repeat) return optional;
    if (Number(repeat[1]) === 0) optional = true;
    reader.at += repeat[0].length;
  }
}

/** The shortest text decides how much a set of them tells. */
function weight(needed: Needed): number {
  if (needed === null || needed.length === 0) return 0;
  return Math.min(...needed.map((text) => text.length)) - Math.log2(needed.length) / 4;
}
