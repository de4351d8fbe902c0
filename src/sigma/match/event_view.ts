import { fieldPath } from "./field_path.ts";
import { FieldSlot } from "./field_slot.ts";
import { KeywordSlot } from "./keyword_slot.ts";

/** One event, seen through the fields that rules use; each field is looked up once per event. */
export class EventView {
  /** The current event. */
  event: unknown;
  readonly #slots: FieldSlot[] = [];
  readonly #numbers = new Map<string, number>();
  #epoch = 0;

  /**
   * The number of a field, assigned at the first call.
   *
   * @param chain The arrays on the way, then the field; null means every value of the event.
   */
  field(chain: readonly string[] | null): number {
    // A field outside arrays is keyed by its name; the tab sets it apart from other keys.
    const key = chain?.length === 1 ? `\t${chain[0]}` : JSON.stringify(chain);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#slots.push(chain ? new FieldSlot(chain.map(fieldPath)) : new KeywordSlot());
    this.#numbers.set(key, this.#slots.length - 1);
    return this.#slots.length - 1;
  }

  /** Moves on to another event. */
  show(event: unknown): void {
    this.event = event;
    this.#epoch++;
  }

  /** The members of a field in the current event. */
  slot(number: number): FieldSlot {
    const slot = this.#slots[number]!;
    if (slot.epoch !== this.#epoch) slot.fill(this.event, this.#epoch);
    return slot;
  }
}
