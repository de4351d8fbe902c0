import { foldedUnits, foldText } from "../fold.ts";

const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

/** A hash table from strings to numbers; lookups ignore case and copy nothing. */
export class FoldedTable {
  readonly #keys: (string | undefined)[];
  readonly #values: Int32Array;
  readonly #mask: number;
  readonly #units = foldedUnits();
  #longest = 0;

  /** @param entries Folded strings, each once, with their numbers. */
  constructor(entries: readonly (readonly [text: string, value: number])[]) {
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, entries.length) * 2));
    this.#keys = new Array(size).fill(undefined);
    this.#values = new Int32Array(size).fill(-1);
    this.#mask = size - 1;
    for (const [text, value] of entries) {
      let at = hashOf(text, this.#units) & this.#mask;
      while (this.#keys[at] !== undefined) at = (at + 1) & this.#mask;
      this.#keys[at] = text;
      this.#values[at] = value;
      this.#longest = Math.max(this.#longest, text.length);
    }
  }

  /** The number of a string, or -1. */
  find(text: string): number {
    if (text.length > this.#longest) return -1;
    let at = hashOf(text, this.#units) & this.#mask;
    for (let key = this.#keys[at]; key !== undefined; key = this.#keys[at]) {
      if (key.length === text.length && isFolded(text, key, this.#units)) return this.#values[at]!;
      at = (at + 1) & this.#mask;
    }
    return -1;
  }
}

/** All surrogates count the same, since only whole pairs can be folded. */
function hashOf(text: string, units: Uint16Array): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = units[text.charCodeAt(at)]!;
    const isSurrogate = unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE;
    hash = Math.imul(hash ^ (isSurrogate ? FIRST_SURROGATE : unit), 16777619);
  }
  return hash ^ (hash >>> 15);
}

function isFolded(text: string, key: string, units: Uint16Array): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = units[text.charCodeAt(at)]!;
    if (unit >= FIRST_SURROGATE && unit <= LAST_SURROGATE) return foldText(text) === key;
    if (unit !== key.charCodeAt(at)) return false;
  }
  return true;
}
