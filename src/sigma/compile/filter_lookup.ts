import { appliesTo } from "../match/logsource_routing.ts";
import type { SigmaFilter, SigmaRule } from "../sigma_rule.ts";

/** Finds the filters that apply to a rule without a walk through all of them. */
export class FilterLookup {
  readonly #filters: readonly SigmaFilter[];
  /** The numbers of the filters that name a rule, by its id or name. */
  readonly #byName = new Map<string, number[]>();
  /** The numbers of the filters for any rule. */
  readonly #any: number[] = [];

  /** @param filters The filters in the order in which they are added to rules. */
  constructor(filters: readonly SigmaFilter[]) {
    this.#filters = filters;
    for (const [number, { rules }] of filters.entries()) {
      if (rules === "any") this.#any.push(number);
      else for (const name of rules) this.#add(name, number);
    }
  }

  /** The filters that name the rule, or any rule, and cover its log source. */
  of({ id, name, logsource }: SigmaRule): SigmaFilter[] {
    const named = [id, name].flatMap((key) => key === undefined ? [] : this.#byName.get(key) ?? []);
    return [...new Set([...named, ...this.#any])].sort((a, b) => a - b)
      .map((number) => this.#filters[number]!)
      .filter((filter) => appliesTo(filter.logsource, logsource));
  }

  #add(name: string, number: number): void {
    const numbers = this.#byName.get(name);
    if (numbers) numbers.push(number);
    else this.#byName.set(name, [number]);
  }
}
