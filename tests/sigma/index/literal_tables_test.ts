import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { foldText } from "../../../src/sigma/fold.ts";
import { Automaton } from "../../../src/sigma/index/automaton.ts";
import { EdgeTable } from "../../../src/sigma/index/edge_table.ts";
import { FoldedTable } from "../../../src/sigma/index/folded_table.ts";

const unit = fc.constantFrom("a", "b", "A", "é", "É", "ſ", "s", "K", "ß", "-", "😀");
const literal = fc.array(unit.filter((each) => each.length === 1), { minLength: 1, maxLength: 5 })
  .map((units) => foldText(units.join("")));
const literals = fc.uniqueArray(literal, { minLength: 1, maxLength: 12 });
const text = fc.array(unit, { maxLength: 20 }).map((units) => units.join(""));

function seenBy(scan: (sink: { see(fact: number): void }) => void): number[] {
  const seen = new Set<number>();
  scan({ see: (fact) => seen.add(fact) });
  return [...seen].sort((a, b) => a - b);
}

function numbered(list: readonly string[]): [string, number][] {
  return list.map((each, index) => [each, index]);
}

function expected(list: readonly string[], fits: (literal: string) => boolean): number[] {
  return list.flatMap((each, index) => fits(each) ? [index] : []);
}

Deno.test("Automaton finds exactly the literals in a string, in any case", () => {
  fc.assert(fc.property(literals, text, (list, value) => {
    const automaton = new Automaton(numbered(list));
    const folded = foldText(value);
    assertEquals(
      seenBy((sink) => automaton.scan(value, sink)),
      expected(list, (each) => folded.includes(each)),
    );
  }));
});

Deno.test("EdgeTable finds exactly the literals at its edge, in any case", () => {
  fc.assert(fc.property(literals, text, (list, value) => {
    const folded = foldText(value);
    const start = new EdgeTable(numbered(list), "start");
    const end = new EdgeTable(numbered(list), "end");
    assertEquals(
      seenBy((sink) => start.scan(value, sink)),
      expected(list, (each) => folded.startsWith(each)),
    );
    assertEquals(
      seenBy((sink) => end.scan(value, sink)),
      expected(list, (each) => folded.endsWith(each)),
    );
  }));
});

Deno.test("FoldedTable finds a string in any case, even outside the basic plane", () => {
  const texts = ["login", "", "\u{10428}x", "straße", "σας"].map(foldText);
  const table = new FoldedTable(numbered(texts));
  assertEquals(["LOGIN", "", "\u{10400}X", "STRAßE", "ΣΑΣ"].map((each) => table.find(each)), [
    0,
    1,
    2,
    3,
    4,
  ]);
  assertEquals(["logi", "logins", "\u{10400}", "STRASSE"].map((each) => table.find(each)), [
    -1,
    -1,
    -1,
    -1,
  ]);
});

Deno.test("Automaton cuts long literals and still finds every one of them", () => {
  const list = Array.from({ length: 6_000 }, (_, index) => {
    return `common prefix ${(index * 7919).toString(36).repeat(9)} common end`;
  });
  const automaton = new Automaton(numbered(list));
  for (const index of [0, 1, 2_999, 5_999]) {
    const seen = seenBy((sink) => automaton.scan(`x${list[index]!.toUpperCase()}x`, sink));
    assertEquals(seen.includes(index), true);
  }
});
