import { foldText } from "../fold.ts";
import type { FieldPath, PathStep } from "./field_path.ts";

/** Arrays nested directly in one another are entered down to this depth. */
const MAX_ARRAY_DEPTH = 16;

/** How many members of one field are considered. */
export const MAX_MEMBERS = 100_000;

/** The members of one field in the current event; slots are reused to allocate little. */
export class FieldSlot {
  /** The arrays on the way, then the field; a single path unless it is inside blocks. */
  readonly chain: readonly FieldPath[];
  /** Whether the field exists at all, even if it is null or empty. */
  present = false;
  /** Whether a member is null. */
  hasNull = false;
  /** How many members are strings, numbers or booleans. */
  count = 0;
  /** Those members as strings; valid up to `count`. */
  readonly texts: string[] = [];
  /** The only key to look for, if the field has no dots and is not inside arrays. */
  readonly plain: PathStep | undefined;
  /** Which event the slot was filled for. */
  epoch = -1;
  readonly #folded: (string | undefined)[] = [];
  #hasObject = false;
  #visited = 0;

  /** @param chain The paths from the event to the field. */
  constructor(chain: readonly FieldPath[]) {
    this.chain = chain;
    const [only, ...others] = chain;
    this.plain = others.length === 0 && only?.steps.length === 1 ? only.steps[0]![0] : undefined;
  }

  /** Fills the slot from an event. */
  fill(event: unknown, epoch: number): void {
    this.epoch = epoch;
    this.present = false;
    this.hasNull = false;
    this.#hasObject = false;
    this.count = 0;
    const { plain } = this;
    if (plain !== undefined && typeof event === "object" && event !== null) {
      // By far the most common case: a string directly under a name without dots.
      const member = ownMember(event, plain.key, plain.inherited);
      if (typeof member === "string") {
        this.present = true;
        this.count = 1;
        this.texts[0] = member;
        this.#folded[0] = undefined;
        return;
      }
      if (member === undefined && !Array.isArray(event)) return;
    }
    this.#visited = 0;
    this.#walk(event, 0, 0, 0);
  }

  /** A member with its case folded; folded once per event. */
  folded(index: number): string {
    return this.#folded[index] ??= foldText(this.texts[index]!);
  }

  /** Whether the field has no value: it is absent, null or an empty array. */
  get isNull(): boolean {
    return this.hasNull || !this.present || (this.count === 0 && !this.#hasObject);
  }

  #walk(value: unknown, level: number, segment: number, arrays: number): boolean {
    const path = this.chain[level]!;
    if (segment === path.steps.length) return this.#arrive(value, level);
    if (typeof value !== "object" || value === null) return false;
    if (Array.isArray(value)) {
      if (arrays >= MAX_ARRAY_DEPTH) return false;
      let found = false;
      for (let index = 0; index < value.length; index++) {
        if (++this.#visited > MAX_MEMBERS) break;
        found = this.#walk(value[index], level, segment, arrays + 1) || found;
      }
      return found;
    }
    const steps = path.steps[segment]!;
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index]!;
      const member = ownMember(value, step.key, step.inherited);
      if (member !== undefined && this.#walk(member, level, step.next, 0)) return true;
    }
    return false;
  }

  #arrive(value: unknown, level: number): boolean {
    if (level + 1 === this.chain.length) {
      this.present = true;
      this.#take(value, 0);
      return true;
    }
    if (!Array.isArray(value)) this.#walk(value, level + 1, 0, 0);
    else {
      for (let index = 0; index < value.length; index++) {
        if (++this.#visited > MAX_MEMBERS) break;
        this.#walk(value[index], level + 1, 0, 0);
      }
    }
    return true;
  }

  #take(value: unknown, arrays: number): void {
    if (typeof value !== "object") this.add(value);
    else if (value === null) this.hasNull = true;
    else if (!Array.isArray(value)) this.#hasObject = true;
    else if (arrays < MAX_ARRAY_DEPTH) {
      for (let index = 0; index < value.length; index++) {
        if (++this.#visited > MAX_MEMBERS) return;
        this.#take(value[index], arrays + 1);
      }
    }
  }

  /** Adds a member as a string; values that JSON does not have are ignored. */
  protected add(value: unknown): void {
    if (typeof value === "string") this.texts[this.count] = value;
    else if (typeof value === "number" || typeof value === "boolean") {
      this.texts[this.count] = String(value);
    } else return;
    this.#folded[this.count++] = undefined;
  }
}

/** A member of a JSON object; what every object inherits, such as "constructor", does not count. */
export function ownMember(value: object, key: string, inherited: boolean): unknown {
  if (inherited && !Object.hasOwn(value, key)) return undefined;
  return (value as Record<string, unknown>)[key];
}
