import { contains, emptyNetwork, masked, type Network, parseNetwork } from "../compile/network.ts";
import type { FactSink } from "./automaton.ts";

/** Networks by prefix length: one lookup for each length that occurs, however many networks. */
export class NetworkTable {
  readonly #v4: { prefix: number; facts: Map<number, number> }[] = [];
  readonly #v6: { network: Network; fact: number }[] = [];
  readonly #member = emptyNetwork();

  /** @param entries Networks with the numbers of their facts. */
  constructor(entries: readonly (readonly [network: Network, fact: number])[]) {
    for (const [network, fact] of entries) {
      if (network.family === 6) this.#v6.push({ network, fact });
      else this.#tableOf(network.prefix).set(keyOf(network.d, network.prefix), fact);
    }
    this.#v4.sort((a, b) => a.prefix - b.prefix);
  }

  /** Reports the networks that contain the address or network in a string. */
  scan(text: string, sink: FactSink): void {
    const member = parseNetwork(text, this.#member);
    if (!member) return;
    if (member.family === 6) {
      for (const { network, fact } of this.#v6) if (contains(network, member)) sink.see(fact);
      return;
    }
    for (const { prefix, facts } of this.#v4) {
      if (prefix > member.prefix) return;
      const fact = facts.get(keyOf(member.d, prefix));
      if (fact !== undefined) sink.see(fact);
    }
  }

  #tableOf(prefix: number): Map<number, number> {
    let table = this.#v4.find((each) => each.prefix === prefix);
    if (!table) this.#v4.push(table = { prefix, facts: new Map() });
    return table.facts;
  }
}

/** A signed 32-bit integer, which maps look up faster than a large unsigned number. */
function keyOf(word: number, prefix: number): number {
  return masked(word, prefix) | 0;
}
