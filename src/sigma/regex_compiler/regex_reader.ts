/** Escaped letters and digits stand for classes, positions or other characters. */
const PLAIN_ESCAPE = /[^A-Za-z0-9]/;

const REPEAT = /\{(\d+)(?:,(\d*))?\}/y;
const LONG_ESCAPE = /(?:x|p|P)\{[^}]*\}|x[0-9a-fA-F]{2}|Q[\s\S]*?(?:\\E|$)|[0-7]{1,3}/y;
const GROUP_HEAD = /\?(?:P?<\w+>|[imsU-]*[:)])/y;
const SMALL_CLASS = /\[([^\\\]^[-]{1,4})\]/y;

/** Reads a pattern that RE2 accepts, piece by piece, in as much detail as literals need. */
export class RegexReader {
  readonly #pattern: string;
  #at = 0;

  /** @param pattern The pattern. */
  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  /** Whether the whole pattern has been read. */
  get atEnd(): boolean {
    return this.#at >= this.#pattern.length;
  }

  /** The next unit. */
  get unit(): string {
    return this.#pattern[this.#at] ?? "";
  }

  /** Consumes a unit if it is the next one. */
  take(unit: string): boolean {
    if (this.unit !== unit) return false;
    this.#at++;
    return true;
  }

  /** Enters a group; "flags" means one such as `(?i)`, which is then already over. */
  openGroup(): "flags" | "group" {
    this.#at++;
    const head = this.#found(GROUP_HEAD)?.[0];
    return head?.endsWith(")") ? "flags" : "group";
  }

  /**
   * Consumes one piece that is not a group.
   *
   * @returns The strings it matches: one literal, a few units, "" for a position; null if unknown.
   */
  atom(): string[] | null {
    const few = this.#found(SMALL_CLASS);
    if (few) return [...few[1]!];
    const unit = this.unit;
    this.#at++;
    if (unit === "[") return this.#skipClass();
    if (unit === ".") return null;
    if (unit === "^" || unit === "$") return [""];
    if (unit !== "\\") return [unit];
    const escaped = this.unit;
    if (PLAIN_ESCAPE.test(escaped)) {
      this.#at++;
      return [escaped];
    }
    if (!this.#found(LONG_ESCAPE)) this.#at++;
    return /[bBAz]/.test(escaped) ? [""] : null;
  }

  /** Consumes quantifiers, and returns how often the piece before them may occur. */
  quantifier(): { min: number; max: number } {
    let min = 1;
    let max = 1;
    for (;;) {
      const repeat = this.#found(REPEAT);
      if (repeat) {
        const [, from, to] = repeat;
        min = Math.min(min, Number(from));
        max = Math.max(max, to === undefined ? Number(from) : to === "" ? Infinity : Number(to));
      } else if (this.take("*")) [min, max] = [0, Infinity];
      else if (this.take("+")) max = Infinity;
      else if (this.take("?")) min = 0; // also the lazy mark, where knowing less is harmless
      else return { min, max };
    }
  }

  #skipClass(): null {
    this.take("^");
    this.take("]");
    while (!this.atEnd && this.unit !== "]") {
      const named = this.#pattern.startsWith("[:", this.#at)
        ? this.#pattern.indexOf(":]", this.#at)
        : -1;
      if (named > 0) this.#at = named + 2;
      else this.#at += this.unit === "\\" ? 2 : 1;
    }
    this.#at++;
    return null;
  }

  /** Consumes what a sticky expression matches here. */
  #found(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#pattern);
    if (found) this.#at += found[0].length;
    return found;
  }
}
