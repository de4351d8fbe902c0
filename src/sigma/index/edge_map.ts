/** A hash table from pairs of state and class to states, for tries too large for a full table. */
export class EdgeMap {
  #keys = new Int32Array(256).fill(-1);
  #values = new Int32Array(256);
  #count = 0;

  /** Where a key is, or where it would go: a place with the key -1. */
  #find(key: number): number {
    const mask = this.#keys.length - 1;
    let at = (Math.imul(key, 0x9e3779b1) >>> 7) & mask;
    while (this.#keys[at] !== key && this.#keys[at] !== -1) at = (at + 1) & mask;
    return at;
  }

  /** The value of a key; a new key gets the value offered. */
  getOrSet(key: number, offered: number): number {
    const at = this.#find(key);
    if (this.#keys[at] === key) return this.#values[at]!;
    this.#keys[at] = key;
    this.#values[at] = offered;
    if (++this.#count * 2 > this.#keys.length) this.#grow();
    return offered;
  }

  /** Visits every pair of key and value. */
  forEach(take: (key: number, value: number) => void): void {
    for (let at = 0; at < this.#keys.length; at++) {
      if (this.#keys[at] !== -1) take(this.#keys[at]!, this.#values[at]!);
    }
  }

  #grow(): void {
    const [keys, values] = [this.#keys, this.#values];
    this.#keys = new Int32Array(keys.length * 4).fill(-1);
    this.#values = new Int32Array(keys.length * 4);
    for (let index = 0; index < keys.length; index++) {
      if (keys[index] === -1) continue;
      const at = this.#find(keys[index]!);
      this.#keys[at] = keys[index]!;
      this.#values[at] = values[index]!;
    }
  }
}
