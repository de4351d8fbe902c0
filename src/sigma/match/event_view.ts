import { fieldPath } from "./field_path.ts";
import { FieldSlot } from "./field_slot.ts";
import { KeywordSlot } from "./keyword_slot.ts";

/** One event seen through the fields that rules use; each field is looked up once for each event. */
export class EventView {
  /** The event at hand. */
  event: unknown;
  readonly #slots: FieldSlot[] = [];
  readonly #numbers = new Map<string, number>();
  #epoch = 0;

  /**
   * The number of a field, made at the first call.
   *
   * @param chain The arrays on the way, then the field; null is every value of the event.
   */
  field(chain: readonly string[] | null): number {
    // The usual field is keyed by its name; a tab keeps it apart from the others.
    const key = chain?.length === 1 ? `\t${chain[0]}` : JSON.stringify(chain);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#slots.push(chain ? new FieldSlot(chain.map(fieldPath)) : new KeywordSlot());
    this.#numbers.set(key, this.#slots.length - 1);
    return this.#slots.length - 1;
  }

  /** Looks at another event. */
  show(event: unknown): void {
    this.event = event;
    this.#epoch++;
  }

  /** The members of a field in the event at hand. */
  slot(number: number): FieldSlot {
    const slot = this.#slots[number]!;
    if (slot.epoch !== this.#epoch) slot.fill(this.event, this.#epoch);
    return slot;
  }
}
