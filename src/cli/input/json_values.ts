/** A value of a file that has one after another. */
export interface JsonText {
  /** The line on which it begins, from 1. */
  readonly line: number;
  /** Its text. */
  readonly text: string;
}

/**
 * Splits JSON objects that go over several lines, one after another, while they arrive and without
 * parsing them. One that is cut off ends where the next begins.
 *
 * @param chunks The text, in pieces of any length.
 * @param maxLength The maximum characters of one object.
 * @returns The text of each object in order; other text between them line by line.
 * @throws {RangeError} If one is longer.
 */
export async function* jsonValues(
  chunks: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<JsonText> {
  let text = "";
  let line = 1;
  let first = 1;
  /** The brackets that are open, innermost last. */
  const open: string[] = [];
  let inString = false;
  let escaped = false;
  /** The last character that is not blank, and whether only blanks came after a line break. */
  let last = "";
  let atLineStart = true;
  /** Whether the lines of the object are indented. */
  let isIndented = false;

  const take = (more: string): JsonText => {
    const value = { line: first, text: text + more };
    text = "";
    return value;
  };

  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const unit = chunk.charAt(at);
      const wasLineStart = atLineStart;
      atLineStart = unit === "\n";
      if (unit === "\n") line++;
      if (inString) {
        if (escaped) escaped = false;
        else if (unit === "\\") escaped = true;
        else if (unit === '"') inString = false;
        // A string cannot go over lines: whatever it began in is cut off.
        if (unit !== "\n") continue;
        inString = false;
      }
      if (wasLineStart && open.length > 0 && line === first + 1) isIndented = /[ \t]/.test(unit);
      // Inside an object, an object can only follow a colon.
      const isCutOff = wasLineStart && unit === "{" &&
        (isIndented || (open.at(-1) === "{" && last !== ":"));
      if (isCutOff || (open.length === 0 && (unit === "{" || unit === "\n"))) {
        const before = take(chunk.slice(from, at));
        from = at;
        open.length = 0;
        isIndented = false;
        if (before.text.trim() !== "" && before.text.trim() !== ",") yield before;
        first = line;
      }
      if (unit === '"') inString = true;
      else if (unit === "{" || unit === "[") open.push(unit);
      else if ((unit === "}" || unit === "]") && open.length > 0) {
        open.pop();
        if (open.length === 0) {
          yield take(chunk.slice(from, at + 1));
          from = at + 1;
          first = line;
          isIndented = false;
        }
      }
      if (unit.trim() !== "") last = unit;
    }
    text += chunk.slice(from);
    if (text.length > maxLength) {
      throw new RangeError(`Cannot read events: one is longer than ${maxLength} characters`);
    }
  }
  const rest = take("");
  if (rest.text.trim() !== "" && rest.text.trim() !== ",") yield rest;
}

/**
 * Whether text begins with an object that goes over several lines, as programs write it for people.
 *
 * @param head The first line and the beginning of the next.
 */
export function isSpreadOut(head: string): boolean {
  const [, first = "", next = ""] = /^\s*(\S.*)\n\s*?^(\s*\S?)/m.exec(head) ?? [];
  const line = first.trim();
  const open = openBrackets(line);
  if (!line.startsWith("{") || open === undefined || open.length === 0) return false;
  const follows = next.trim();
  if (/[,}\]]/.test(follows)) return true;
  if (open.at(-1) === "[") return true;
  if (line.endsWith(":")) return /^\s/.test(next);
  return /[{,]$/.test(line) && follows === '"';
}

/** The brackets that a line leaves open; undefined if it ends inside a string. */
function openBrackets(line: string): string[] | undefined {
  const open: string[] = [];
  const plain = line.replace(/"(?:[^"\\]|\\.)*"/g, "");
  if (plain.includes('"')) return undefined;
  for (const [unit] of plain.matchAll(/[[\]{}]/g)) {
    if (unit === "{" || unit === "[") open.push(unit);
    else open.pop();
  }
  return open;
}
