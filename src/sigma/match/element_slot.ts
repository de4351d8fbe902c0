import { type FieldPath, fieldPath } from "./field_path.ts";
import { MAX_MEMBERS, ownMember } from "./field_slot.ts";
import type { Quantifier } from "../sigma_rule.ts";

/** The elements of the array that a block applies to. */
export class ElementSlot {
  /** Valid up to `count`. */
  readonly elements: unknown[] = [];
  /** How many elements there are. */
  count = 0;
  readonly #path: FieldPath;
  readonly #position: number | undefined;

  /** @param field The array's field. @param quantifier A position picks one element per array. */
  constructor(field: string, quantifier: Quantifier) {
    this.#path = fieldPath(field);
    this.#position = typeof quantifier === "number" ? quantifier : undefined;
  }

  /** Collects the elements; a single object or scalar counts as an array of one, null as none. */
  fill(event: unknown): void {
    this.count = 0;
    this.#walk(event, 0, 0);
  }

  /** Forgets the elements, so that no event is kept alive. */
  clear(): void {
    this.elements.length = 0;
    this.count = 0;
  }

  #walk(value: unknown, segment: number, arrays: number): boolean {
    if (segment === this.#path.steps.length) return this.#arrive(value);
    if (typeof value !== "object" || value === null) return false;
    if (Array.isArray(value)) {
      let found = false;
      if (arrays < 16) {
        for (const member of value) found = this.#walk(member, segment, arrays + 1) || found;
      }
      return found;
    }
    for (const step of this.#path.steps[segment]!) {
      const member = ownMember(value, step.key, step.inherited);
      if (member !== undefined && this.#walk(member, step.next, 0)) return true;
    }
    return false;
  }

  #arrive(value: unknown): true {
    const list: readonly unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
    if (this.#position !== undefined) {
      const element = list.at(this.#position);
      if (element !== undefined) this.#add(element);
    } else {
      for (const element of list) this.#add(element);
    }
    return true;
  }

  #add(element: unknown): void {
    if (this.count < MAX_MEMBERS) this.elements[this.count++] = element;
  }
}
