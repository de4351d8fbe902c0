import type { Witness } from "../compile/value_test.ts";
import type { FieldSlot } from "../match/field_slot.ts";
import type { FactSink } from "./automaton.ts";
import { BoundTable } from "./bound_table.ts";
import { FoldedTable } from "./folded_table.ts";
import { literalScanners, type Scanner } from "./literal_scanners.ts";
import { NetworkTable } from "./network_table.ts";
import { RegexGroup } from "./regex_group.ts";

/** What rules look for in one field, with the numbers of the facts. */
export type FieldFact = readonly [witness: Witness, fact: number];

type Of<Kind extends Witness["kind"]> = readonly [witness: Witness & { kind: Kind }, fact: number];

/** Finds all facts of one field in one pass over each of its strings. */
export class FieldIndex {
  /** The number of the field in the event view. */
  readonly field: number;
  readonly #exact: FoldedTable | undefined;
  readonly #scanners: readonly Scanner[];
  readonly #present: number;

  /** @param field The number of the field. @param facts What rules look for in it. */
  constructor(field: number, facts: readonly FieldFact[]) {
    this.field = field;
    const of = <Kind extends Witness["kind"]>(kind: Kind) =>
      facts.filter((fact): fact is Of<Kind> => fact[0].kind === kind);
    const texts = (kind: "exact" | "literal" | "prefix" | "suffix") =>
      of(kind).map(([{ text }, fact]) => [text, fact] as const);
    const exact = texts("exact");
    const networks = of("network").map(([{ network }, fact]) => [network, fact] as const);
    const regexes = of("regex").map(([{ regex }, fact]) => [regex, fact] as const);
    const bounds = of("number").map(([{ comparison, bound }, fact]) => ({
      comparison,
      bound,
      fact,
    }));
    const scanners = [
      ...literalScanners(texts("literal"), "anywhere"),
      ...literalScanners(texts("prefix"), "start"),
      ...literalScanners(texts("suffix"), "end"),
    ];
    if (networks.length > 0) scanners.push(new NetworkTable(networks));
    if (bounds.length > 0) scanners.push(new BoundTable(bounds));
    if (regexes.length > 0) scanners.push(new RegexGroup(regexes));
    this.#scanners = scanners;
    this.#exact = exact.length > 0 ? new FoldedTable(exact) : undefined;
    this.#present = of("present")[0]?.[1] ?? -1;
  }

  /** Reports every fact of the field's members. */
  scan(slot: FieldSlot, sink: FactSink): void {
    if (!slot.present) return;
    if (this.#present >= 0) sink.see(this.#present);
    const exact = this.#exact;
    const scanners = this.#scanners;
    for (let index = 0; index < slot.count; index++) {
      const text = slot.texts[index]!;
      if (exact !== undefined) {
        const fact = exact.find(text);
        if (fact >= 0) sink.see(fact);
      }
      for (let at = 0; at < scanners.length; at++) scanners[at]!.scan(text, sink);
    }
  }
}
