/**
 * A column with few distinct values: each row takes four bytes, and each distinct value is kept
 * once.
 */
export class InternedColumn<T> {
  #numbers = new Uint32Array(1024);
  readonly #values: T[] = [];
  readonly #numberOf = new Map<string, number>();
  readonly #keyOf: (value: T) => string;

  /** @param keyOf Returns equal strings for equal values. */
  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  /** Sets the value of a row; rows are written from zero up, without gaps. */
  set(row: number, value: T): void {
    const key = this.#keyOf(value);
    let number = this.#numberOf.get(key);
    if (number === undefined) {
      number = this.#values.push(value) - 1;
      this.#numberOf.set(key, number);
    }
    if (row >= this.#numbers.length) {
      const grown = new Uint32Array(this.#numbers.length * 2);
      grown.set(this.#numbers);
      this.#numbers = grown;
    }
    this.#numbers[row] = number;
  }

  /** The value of a row that was set. */
  get(row: number): T {
    return this.#values[this.#numbers[row]!]!;
  }
}
