/** Any number of characters, or none. */
export const ANY = 0;
/** Exactly one character. */
export const ONE = 1;
/** One of the characters that Windows programs accept as a dash. */
export const DASH = 2;

/** A piece of a string pattern: a literal, a wildcard, or a placeholder still to be replaced. */
export type TextPart = string | typeof ANY | typeof ONE | typeof DASH | { placeholder: string };

/** The characters that `windash` treats as the same. */
export const DASHES = "-/\u2013\u2014\u2015";

const WILDCARDS: Readonly<Record<string, typeof ANY | typeof ONE>> = { "*": ANY, "?": ONE };

/** The characters that may be more than literals. */
const SPECIAL = /[*?\\%]/;

/**
 * Reads wildcards and escapes: a backslash makes `*`, `?` and a backslash literal, and is itself
 * literal before anything else.
 *
 * See "Escape Character" in the Sigma rules specification 2.1.0.
 *
 * @param text A value as written.
 * @param expands Whether `%name%` is a placeholder, and `\%` a literal percent sign.
 * @returns Literals and wildcards; adjacent literals joined.
 */
export function parseTextParts(text: string, expands = false): TextPart[] {
  if (!SPECIAL.test(text)) return text === "" ? [] : [text];
  const parts: TextPart[] = [];
  let literal = "";
  const flush = () => {
    if (literal !== "") parts.push(literal);
    literal = "";
  };
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!;
    const next = text[at + 1];
    if (unit === "\\" && next !== undefined && isEscapable(next, expands)) {
      literal += next;
      at++;
    } else if (Object.hasOwn(WILDCARDS, unit)) {
      flush();
      parts.push(WILDCARDS[unit]!);
    } else if (unit === "%" && expands) {
      const name = /^%(\w+)%/.exec(text.slice(at, at + 130))?.[1];
      if (name === undefined) literal += unit;
      else {
        flush();
        parts.push({ placeholder: name });
        at += name.length + 1;
      }
    } else literal += unit;
  }
  flush();
  return parts;
}

/** Joins adjacent literals, and adjacent `*`. */
export function joinParts(parts: readonly TextPart[]): readonly TextPart[] {
  if (parts.length < 2 && parts[0] !== "") return parts;
  const joined: TextPart[] = [];
  for (const part of parts) {
    const last = joined[joined.length - 1];
    if (part === "" || (part === ANY && last === ANY)) continue;
    if (typeof part === "string" && typeof last === "string") {
      joined[joined.length - 1] = last + part;
    } else joined.push(part);
  }
  return joined;
}

/** The string that the parts stand for, or undefined if one of them is a wildcard. */
export function literalOf(parts: readonly TextPart[]): string | undefined {
  let text = "";
  for (const part of parts) {
    if (typeof part !== "string") return undefined;
    text += part;
  }
  return text;
}

/** The parts as an author would write them. */
export function partsToText(parts: readonly TextPart[]): string {
  return parts.map((part) => {
    if (typeof part === "string") return part.replace(/[*?]|\\(?=[*?\\])/g, "\\$&");
    return part === ANY ? "*" : part === ONE ? "?" : part === DASH ? "-" : `%${part.placeholder}%`;
  }).join("");
}

function isEscapable(unit: string, expands: boolean): boolean {
  return unit === "*" || unit === "?" || unit === "\\" || (expands && unit === "%");
}
