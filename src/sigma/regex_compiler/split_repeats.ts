/** RE2JS counts no higher, also for repetitions inside repetitions. */
const MAX_COUNT = 1_000;

/** RE2JS refuses groups that nest deeper. */
const MAX_DEPTH = 1_000;

/** A longer pattern is too large in any case. */
const MAX_LENGTH = 200_000;

const QUANTIFIER = /(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})(\??)/y;
const GROUP_HEAD = /\((?:\?P?<\w+>|\?[a-zA-Z-]*:|(?!\?))/y;
const FLAGS = /\(\?[a-zA-Z-]+\)/y;
const CLASS = /\[\^?\]?(?:\[:\^?\w+:\]|\\[\s\S]|[^\]\\])*\]/uy;
const ESCAPE = /\\(?:[pPx]\{[^}]*\}|x[0-9a-fA-F]{2}|[0-7]{1,3}|[pP]?[\s\S])/uy;
const CHARACTER = /[\s\S]/uy;

/** A piece of a pattern that a quantifier may follow. */
interface Piece {
  text: string;
  /** The highest product of counts, one inside the other. */
  count: number;
  /** How many pieces it is with its repetitions written out. */
  size: number;
}

/** A pattern in other words. */
export interface SplitPattern {
  /** The pattern, with no count above a thousand. */
  readonly text: string;
  /** How many pieces it is with its repetitions written out; infinite if it is far too large. */
  readonly size: number;
}

/**
 * Writes repetitions of more than a thousand as several of at most a thousand: `a{1500,}` becomes
 * `(?:a{1000}a{500}a*)`, which matches the same.
 *
 * @param pattern A pattern.
 * @returns The pattern in other words; undefined if it is not read, since it has a quotation.
 */
export function splitRepeats(pattern: string): SplitPattern | undefined {
  // A quantifier after a quotation is about its last character: rare enough to be refused.
  if (pattern.includes("\\Q")) return undefined;
  const reader = new Reader(pattern);
  const { text, size } = reader.alternatives();
  // What follows a bracket that closes no group is for RE2JS to refuse.
  return { text: text + reader.rest, size: text.length > MAX_LENGTH ? Infinity : size };
}

class Reader {
  readonly #pattern: string;
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  get rest(): string {
    return this.#pattern.slice(this.#at);
  }

  /** Everything up to the bracket that closes the group, or the end. */
  alternatives(): Piece {
    const texts: string[] = [];
    let count = 1;
    let size = 0;
    while (this.#at < this.#pattern.length && this.#pattern[this.#at] !== ")") {
      const piece = this.#repeated(this.#piece());
      texts.push(piece.text);
      size += piece.size;
      count = Math.max(count, piece.count);
    }
    return { text: texts.join(""), count, size };
  }

  #piece(): Piece {
    const flags = this.#found(FLAGS);
    if (flags) return { text: flags[0], count: 1, size: 0 };
    const head = this.#depth < MAX_DEPTH ? this.#found(GROUP_HEAD)?.[0] : undefined;
    if (head !== undefined) {
      this.#depth++;
      const inner = this.alternatives();
      this.#depth--;
      const close = this.#pattern.slice(this.#at, ++this.#at);
      // A name may not occur twice, and nobody asks for it.
      const text = `${head.includes("<") ? "(" : head}${inner.text}${close}`;
      return { ...inner, text };
    }
    const found = this.#found(CLASS) ?? this.#found(ESCAPE) ?? this.#found(CHARACTER)!;
    return { text: found[0], count: 1, size: 1 };
  }

  #repeated(piece: Piece): Piece {
    const found = this.#found(QUANTIFIER);
    if (!found) return piece;
    const [quantifier, from, comma, to, lazy] = found;
    const { text } = piece;
    if (from === undefined) return { ...piece, text: text + quantifier };
    const min = Number(from);
    const max = comma === undefined ? min : to === "" ? Infinity : Number(to);
    const most = Math.max(1, max === Infinity ? min : max);
    const size = piece.size * most;
    if (max < min || most * piece.count <= MAX_COUNT) {
      return { text: text + quantifier, count: most * piece.count, size };
    }
    if (size > MAX_LENGTH) return { text, count: piece.count, size };
    const step = Math.max(1, Math.floor(MAX_COUNT / piece.count));
    const parts = [
      ...chunks(min, step).map((count) => `{${count}}`),
      ...(max === Infinity ? ["*"] : chunks(max - min, step).map((count) => `{0,${count}}`)),
    ];
    if (parts.length * text.length > MAX_LENGTH) {
      return { text, count: piece.count, size: Infinity };
    }
    const joined = parts.map((part) => text + part + lazy).join("");
    return { text: `(?:${joined})`, count: step * piece.count, size };
  }

  #found(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#pattern);
    if (found) this.#at += found[0].length;
    return found;
  }
}

/** A number as the sum of numbers that are at most so large. */
function chunks(sum: number, most: number): number[] {
  const count = Math.floor(sum / most);
  const rest = sum - count * most;
  return [...Array<number>(count).fill(most), ...(rest > 0 ? [rest] : [])];
}
