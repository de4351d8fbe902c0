/**
 * Characters in names that readers cannot see, or take for others: a rule with one of them in a
 * field name matches nothing, and looks right.
 *
 * @module
 */

/** What takes no room, or looks like a space. */
const INVISIBLE =
  /[\p{Cf}\p{Zl}\p{Zp}\u00a0\u034f\u115f\u1160\u17b4\u17b5\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\ufe00-\ufe0f\uffa0]/u;

/** Letters of other alphabets in the shape of Latin ones. */
const LOOKALIKE =
  /[\u0410\u0412\u0415\u041a\u041c-\u041e\u0420-\u0423\u0425\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0405\u0406\u0408\u0455\u0456\u0458\u04ae\u04af\u04bb\u04c0\u04cf\u0501\u050c\u051b\u051d\u0391\u0392\u0395-\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bd\u03bf\u03c1\u03c5\uff21-\uff3a\uff41-\uff5a]/u;

/** A run of letters: within one, nobody changes the alphabet on purpose. */
const LETTERS = /\p{L}+/gu;

/** An odd character of a name. */
export interface OddLetter {
  /** Where it is in the name. */
  readonly index: number;
  /** How many UTF-16 units it has. */
  readonly length: number;
  /** What it is, in words. */
  readonly says: string;
}

/**
 * Finds a character that takes no room, or a letter that stands among Latin ones and looks like
 * them.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { oddLetter } from "./odd_letters.ts";
 *
 * assertEquals(oddLetter("\u200bname")?.says, "the invisible character U+200B");
 * assertEquals(oddLetter("us\u0435r")?.says, "the letter U+0435, which looks like a Latin one");
 * assertEquals(oddLetter("Имя_file"), undefined);
 * ```
 *
 * @param name A field name, a search identifier, a modifier or another word.
 * @returns The first one; undefined if the name is what it looks like.
 */
export function oddLetter(name: string): OddLetter | undefined {
  const invisible = INVISIBLE.exec(name);
  if (invisible) return found(invisible.index, invisible[0], "the invisible character", "");
  for (const { 0: run, index } of name.matchAll(LETTERS)) {
    const other = LOOKALIKE.exec(run);
    // A word of another alphabet has letters that Latin does not have.
    const isMixed = /[A-Za-z]/.test(run) || (run.length > 2 && run.replace(EVERY, "") === "");
    if (!other || !isMixed) continue;
    return found(index + other.index, other[0], "the letter", ", which looks like a Latin one");
  }
  return undefined;
}

const EVERY = new RegExp(LOOKALIKE, "gu");

function found(index: number, character: string, what: string, why: string): OddLetter {
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0");
  return { index, length: character.length, says: `${what} U+${code}${why}` };
}
