import type { Witness } from "../compile/value_test.ts";
import type { EventView } from "../match/event_view.ts";
import { type FieldFact, FieldIndex } from "./field_index.ts";

/** Something to look for in one field; rules that look for the same thing share it. */
export interface Fact {
  /** The number of the field in the event view. */
  readonly field: number;
  /** What to look for. */
  readonly witness: Witness;
  /** How likely unrelated events are to have it; smaller is rarer. */
  readonly rarity: number;
  /** How many clauses name it. */
  usage: number;
  /** Its number among the facts that the index looks for; -1 for others. */
  number: number;
}

/** How likely a literal is found by chance, by its length; longer ones count as the last. */
const LITERAL_RARITIES = [1000, 250, 60, 16, 6, 3, 1];

/** Keeps each fact once, and numbers those that the index will look for. */
export class FactRegistry {
  readonly #view: EventView;
  /** By field and kind, then by the key of the witness. */
  readonly #known: Partial<Record<Witness["kind"], Map<string, Fact>>>[] = [];
  readonly #fields = new Map<readonly string[] | null, number>();
  readonly #chosen: Fact[] = [];

  /** @param view The view that numbers the fields. */
  constructor(view: EventView) {
    this.#view = view;
  }

  /** How many facts have a number. */
  get size(): number {
    return this.#chosen.length;
  }

  /**
   * The fact that a field has a witness.
   *
   * @param chain The arrays on the way, then the field; null means every value of the event.
   * @param witness What to look for.
   */
  fact(chain: readonly string[] | null, witness: Witness): Fact {
    const searchable = withoutSurrogates(witness);
    const field = this.#fieldOf(chain);
    const ofField = this.#known[field] ??= {};
    const known = ofField[searchable.kind] ??= new Map();
    const key = witnessKey(searchable);
    let fact = known.get(key);
    if (!fact) {
      fact = { field, witness: searchable, rarity: rarityOf(searchable), usage: 0, number: -1 };
      known.set(key, fact);
    }
    fact.usage++;
    return fact;
  }

  /** The number of a fact, assigned at the first call. */
  number(fact: Fact): number {
    if (fact.number < 0) fact.number = this.#chosen.push(fact) - 1;
    return fact.number;
  }

  /**
   * One index for each field that has wanted facts.
   *
   * @param isWanted Tells whether the fact with a number is wanted.
   */
  fieldIndexes(isWanted: (number: number) => boolean): FieldIndex[] {
    const byField = new Map<number, FieldFact[]>();
    for (const { field, witness, number } of this.#chosen) {
      if (!isWanted(number)) continue;
      const facts = byField.get(field);
      if (facts) facts.push([witness, number]);
      else byField.set(field, [[witness, number]]);
    }
    return [...byField].map(([field, facts]) => new FieldIndex(field, facts));
  }

  /** Items pass the same array again and again, so its number is cached by identity. */
  #fieldOf(chain: readonly string[] | null): number {
    let field = this.#fields.get(chain);
    if (field === undefined) this.#fields.set(chain, field = this.#view.field(chain));
    return field;
  }
}

/** Surrogates fold only in pairs, so a part of the literal without them is looked for. */
function withoutSurrogates(witness: Witness): Witness {
  const { kind } = witness;
  if (kind !== "literal" && kind !== "prefix" && kind !== "suffix") return witness;
  if (!/[\ud800-\udfff]/.test(witness.text)) return witness;
  const parts = witness.text.split(/[\ud800-\udfff]+/);
  const part = kind === "prefix"
    ? parts[0]
    : kind === "suffix"
    ? parts.at(-1)
    : parts.sort((a, b) => b.length - a.length)[0];
  return part ? { kind, text: part } : { kind: "present" };
}

/** A key that differs for different witnesses of one kind. */
function witnessKey(witness: Witness): string {
  switch (witness.kind) {
    case "exact":
    case "literal":
    case "prefix":
    case "suffix":
      return witness.text;
    case "network": {
      const { family, a, b, c, d, prefix } = witness.network;
      return [family, a, b, c, d, prefix].join(" ");
    }
    case "number":
      return `${witness.comparison} ${witness.bound}`;
    case "regex":
      return witness.regex.compiled.key;
    case "present":
      return "";
  }
}

function rarityOf(witness: Witness): number {
  switch (witness.kind) {
    case "exact":
      return 2;
    case "literal":
    case "prefix":
    case "suffix":
      return LITERAL_RARITIES[Math.min(witness.text.length, LITERAL_RARITIES.length - 1)]!;
    case "network":
      return witness.network.prefix >= 16 ? 1 : 100;
    case "number":
      return 100;
    case "regex":
      return 30;
    case "present":
      return 1000;
  }
}
