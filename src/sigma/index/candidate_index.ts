import type { CompiledRule } from "../compile/compile_rule.ts";
import type { EventView } from "../match/event_view.ts";
import type { FactSink } from "./automaton.ts";
import { chooseClauses, type ChosenClauses } from "./choose_clauses.ts";
import { FactRegistry } from "./fact_registry.ts";
import type { FieldIndex } from "./field_index.ts";
import { hasWitness } from "./has_witness.ts";
import type { FactClause } from "./necessary_clauses.ts";

/** Up to this many triggered rules, guards are checked one by one. */
const MAX_DIRECT = 4;

/**
 * Tells which rules an event may satisfy, from what each of them requires of an event.
 *
 * Each rule waits for one clause, its trigger. When a fact of the trigger is seen, up to two more
 * clauses, its guards, must be seen too. So a rule on an event name and a literal costs nothing for
 * events that lack either.
 */
export class CandidateIndex implements FactSink {
  /** The numbers of the rules that require nothing of an event that an index can find. */
  readonly always: readonly number[];
  /** Finds triggers. */
  readonly #triggerFields: readonly FieldIndex[];
  /** Finds facts that are only guards; skipped for an event without a trigger. */
  readonly #guardFields: readonly FieldIndex[];
  /** For each fact: the event in which it was last seen. */
  readonly #seen: Int32Array;
  /** The facts seen in the current event that trigger rules. */
  readonly #queue: Int32Array;
  #queued = 0;
  #epoch = 0;
  /** For each fact: where the rules it triggers start in `#triggered`. */
  readonly #starts: Int32Array;
  readonly #triggered: Int32Array;
  /** For each rule: where its guards start in `#guards`: counts followed by facts, ended by 0. */
  readonly #guardStarts: Int32Array;
  readonly #guards: Int32Array;
  /** The same guards as chosen: for a few rules, checking them directly saves a pass. */
  readonly #guardClauses: readonly (readonly FactClause[])[];
  /** The event, if guards are checked one by one. */
  #direct: EventView | undefined;
  /** For each rule: the event in which it was last a candidate. */
  readonly #taken: Int32Array;

  /** @param rules The compiled rules. @param view The fields they look at. */
  constructor(rules: readonly CompiledRule[], view: EventView) {
    const registry = new FactRegistry(view);
    const chosen = chooseClauses(rules, registry);
    const triggers: number[][] = [];
    const guards: number[] = [0];
    const always: number[] = [];
    this.#guardStarts = new Int32Array(rules.length);
    chosen.forEach((choice, rule) => {
      if (!choice) {
        always.push(rule);
        return;
      }
      for (const fact of choice.trigger) (triggers[registry.number(fact)] ??= []).push(rule);
      this.#addGuards(choice, rule, guards, registry);
    });
    this.#guardClauses = chosen.map((choice) => choice?.guards ?? []);
    const { size } = registry;
    this.always = always;
    this.#triggerFields = registry.fieldIndexes((fact) => triggers[fact] !== undefined);
    this.#guardFields = registry.fieldIndexes((fact) => triggers[fact] === undefined);
    this.#seen = new Int32Array(size);
    this.#queue = new Int32Array(size);
    this.#taken = new Int32Array(rules.length);
    this.#guards = Int32Array.from(guards);
    this.#starts = new Int32Array(size + 1);
    const triggered: number[] = [];
    for (let fact = 0; fact < size; fact++) {
      this.#starts[fact] = triggered.length;
      for (const rule of new Set(triggers[fact])) triggered.push(rule);
    }
    this.#starts[size] = triggered.length;
    this.#triggered = Int32Array.from(triggered);
  }

  /** Reports the rules that the event in the view may satisfy. */
  collect(view: EventView, take: (rule: number) => void): void {
    this.#nextEpoch();
    this.#scan(this.#triggerFields, view);
    if (this.#queued === 0) return;
    this.#direct = this.#countTriggered() <= MAX_DIRECT ? view : undefined;
    if (!this.#direct) this.#scan(this.#guardFields, view);
    for (let index = 0; index < this.#queued; index++) this.#fire(this.#queue[index]!, take);
  }

  /** Called by scanners for each fact that they find. */
  see(fact: number): void {
    if (this.#seen[fact] === this.#epoch) return;
    this.#seen[fact] = this.#epoch;
    if (this.#starts[fact]! < this.#starts[fact + 1]!) this.#queue[this.#queued++] = fact;
  }

  #scan(fields: readonly FieldIndex[], view: EventView): void {
    for (let index = 0; index < fields.length; index++) {
      const field = fields[index]!;
      field.scan(view.slot(field.field), this);
    }
  }

  #fire(fact: number, take: (rule: number) => void): void {
    const triggered = this.#triggered;
    const taken = this.#taken;
    const epoch = this.#epoch;
    const end = this.#starts[fact + 1]!;
    for (let at = this.#starts[fact]!; at < end; at++) {
      const rule = triggered[at]!;
      if (taken[rule] === epoch || !this.#passes(rule)) continue;
      taken[rule] = epoch;
      take(rule);
    }
  }

  #countTriggered(): number {
    let count = 0;
    for (let index = 0; index < this.#queued; index++) {
      const fact = this.#queue[index]!;
      count += this.#starts[fact + 1]! - this.#starts[fact]!;
    }
    return count;
  }

  #passesDirectly(rule: number, view: EventView): boolean {
    const clauses = this.#guardClauses[rule]!;
    for (let index = 0; index < clauses.length; index++) {
      if (!hasAny(clauses[index]!, view)) return false;
    }
    return true;
  }

  #passes(rule: number): boolean {
    if (this.#direct) return this.#passesDirectly(rule, this.#direct);
    const guards = this.#guards;
    const known = this.#seen;
    const epoch = this.#epoch;
    let at = this.#guardStarts[rule]!;
    for (let count = guards[at]!; count > 0; count = guards[at]!) {
      let seen = false;
      const end = at + count;
      while (at < end) if (known[guards[++at]!] === epoch) seen = true;
      if (!seen) return false;
      at++;
    }
    return true;
  }

  #addGuards(
    { guards: clauses }: ChosenClauses,
    rule: number,
    guards: number[],
    registry: FactRegistry,
  ): void {
    if (clauses.length === 0) return;
    this.#guardStarts[rule] = guards.length;
    for (const clause of clauses) {
      guards.push(clause.length);
      for (const fact of clause) guards.push(registry.number(fact));
    }
    guards.push(0);
  }

  /** The count of events has 31 bits; when it overflows, the marks are cleared. */
  #nextEpoch(): void {
    this.#queued = 0;
    if (this.#epoch === 0x7fffffff) {
      this.#epoch = 0;
      this.#seen.fill(0);
      this.#taken.fill(0);
    }
    this.#epoch++;
  }
}

function hasAny(clause: FactClause, view: EventView): boolean {
  for (let index = 0; index < clause.length; index++) {
    const { field, witness } = clause[index]!;
    if (hasWitness(view.slot(field), witness)) return true;
  }
  return false;
}
