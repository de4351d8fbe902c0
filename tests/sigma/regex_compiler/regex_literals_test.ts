import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { foldText } from "../../../src/sigma/fold.ts";
import { regexLiterals } from "../../../src/sigma/regex_compiler/regex_literals.ts";
import { runsOf } from "../../support/fuzz_settings.ts";

const TABLE: readonly (readonly [pattern: string, anywhere: string[][], atStart?: string[]])[] = [
  ["login", [["login"]]],
  ["^Login$", [], ["login"]],
  ["(?i)^Login", [], ["login"]],
  ["(?m)^Login", [["login"]]],
  ["^a|b", [["a", "b"]]],
  ["^core-(dns|mail)-8[0-9]$", [], ["core-dns-8", "core-mail-8"]],
  ["foo.*bar", [["foo"], ["bar"]]],
  ["fo?x", [["fx", "fox"]]],
  ["(foo)?x", [["x", "foox"]]],
  ["x{0,3}yz", [["yz"]]],
  ["[Pp]rogram", [["program"]]],
  ["a|", []],
  ["(a|b)*", []],
  ["\\d+", []],
  ["\\.exe\\s", [[".exe"]]],
  ["\\x41b", [["b"]]],
  ["[^a]b", [["b"]]],
];

for (const [pattern, anywhere, atStart = []] of TABLE) {
  Deno.test(`regexLiterals() of /${pattern}/`, () => {
    assertEquals(regexLiterals(pattern), { anywhere, atStart });
  });
}

const leaf = fc.constantFrom(
  "a",
  "b",
  "Ab",
  "\\.",
  ".",
  "\\w",
  "[ab]",
  "[^b]",
  "^",
  "$",
  "\\b",
  "ſ",
  "😀",
);
const pattern = fc.letrec<{ node: string }>((tie) => ({
  node: fc.oneof(
    { depthSize: "small" },
    leaf,
    fc.array(tie("node"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
    fc.tuple(tie("node"), tie("node")).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie("node"), fc.constantFrom("*", "+", "?", "{2}", "{0,2}", "+?")).map((
      [part, times],
    ) => `(?:${part})${times}`),
  ),
})).node;
const text = fc.array(fc.constantFrom("a", "b", "A", "B", ".", "x", "\n", "s", "😀"), {
  maxLength: 8,
})
  .map((units) => units.join(""));

Deno.test("regexLiterals() returns no string that a match could lack", () => {
  fc.assert(
    fc.property(pattern, fc.constantFrom("", "(?i)", "(?m)"), text, (source, flags, value) => {
      const regex = new RegExp(source, `u${flags.slice(2, -1)}`);
      if (!regex.test(value)) return;
      const folded = foldText(value);
      const { anywhere, atStart } = regexLiterals(flags + source);
      for (const set of anywhere) {
        assert(set.some((literal) => folded.includes(literal)), `${set} in ${value}`);
      }
      assert(atStart.length === 0 || atStart.some((literal) => folded.startsWith(literal)), value);
    }),
    { numRuns: runsOf(5_000) },
  );
});
