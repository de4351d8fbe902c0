import { FieldSlot, MAX_MEMBERS } from "./field_slot.ts";

/** Every string, number and boolean of the event, at any depth: where keywords search. */
export class KeywordSlot extends FieldSlot {
  readonly #open: unknown[] = [];
  readonly #seen = new Set<object>();

  /** Makes an empty slot. */
  constructor() {
    super([]);
  }

  /** Collects the values, visiting each object once, so that an event with a cycle ends too. */
  override fill(event: unknown, epoch: number): void {
    this.epoch = epoch;
    this.present = true;
    this.hasNull = false;
    this.count = 0;
    const open = this.#open;
    open.push(event);
    while (open.length > 0 && this.count < MAX_MEMBERS) {
      const value = open.pop();
      if (typeof value !== "object") this.add(value);
      else if (value !== null && !this.#seen.has(value)) {
        this.#seen.add(value);
        for (const member of Object.values(value)) {
          if (typeof member === "object") open.push(member);
          else this.add(member);
        }
      }
    }
    open.length = 0;
    this.#seen.clear();
  }
}
