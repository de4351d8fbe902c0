import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RE2JS } from "re2js";
import {
  loadRegex,
  regexesOf,
  regexLoader,
  type RegexTable,
  type WrittenRegex,
} from "../../../src/sigma/regex/regex_table.ts";
import { compileRegex } from "../../../src/sigma/regex_compiler/compile_regex.ts";
import { ItemError } from "../../../src/sigma/sigma_error.ts";
import { runsOf } from "../../support/fuzz_settings.ts";

const SOURCES = [
  "a",
  "^$",
  "(?i)ſtraße$",
  "\\b(sso|saml|mfa)\\b",
  "(?m)^x.{0,9}$",
  "\\pL{2,5}\\pN",
  "[^a-c]+\\x{1F600}",
  "(\\d{1,3}\\.){3}\\d{1,3}",
  "[ab]*a[ab]{20}c",
  "a.{0,500}b.{0,500}c",
];

const TEXTS = [
  "a",
  "",
  "STRASSE",
  "ſtraße\n",
  "the SSO page",
  "sso, then saml",
  "y\nx12\nz",
  "äß7",
  "d\u{1f600}",
  "from 192.0.2.7",
  `${"ab".repeat(40)}c`,
  `a${"-".repeat(499)}b${"-".repeat(400)}c`,
];

const EVERY: WrittenRegex[] = SOURCES.flatMap((source) =>
  (["contains", "startswith", "endswith", "whole"] as const).flatMap((place) =>
    ["", "i", "ims"].map((flags) => ({ source, flags, place }))
  )
);

const ANCHORS = {
  contains: ["", ""],
  startswith: ["\\A(?:", ")"],
  endswith: ["(?:", ")\\z"],
  whole: ["\\A(?:", ")\\z"],
} as const;

Deno.test("a regular expression that was sent as JSON matches what RE2JS matches", () => {
  for (const written of EVERY) {
    const { source, flags, place } = written;
    const [before, after] = ANCHORS[place];
    const inline = flags === "" ? "" : `(?${flags})`;
    const oracle = RE2JS.compile(`${inline}${before}${source}${after}`);
    const regex = loadRegex(JSON.parse(JSON.stringify(compileRegex(written))));
    for (const text of TEXTS) {
      const isFound = oracle.test(text) ||
        (regex.compiled.endsLines && text.endsWith("\n") && oracle.test(text.slice(0, -1)));
      assertEquals(regex.test(text), isFound, `${JSON.stringify(written)} on ${text}`);
    }
  }
});

Deno.test("an expression without a table is refused by name", () => {
  const written = { source: "a+", flags: "", place: "contains" } as const;
  const load = regexLoader(regexesOf([compileRegex({ ...written, flags: "i" })]));
  const error = assertThrows(() => load(written), ItemError, "/a+/ has no compiled form");
  assertEquals(error.code, "value-regex");
  assert(load({ ...written, flags: "i" }).test("A"));
});

const GOOD = compileRegex({ source: "a[b-d]+$", flags: "", place: "contains" });

const BROKEN: [what: string, change: Partial<Record<keyof RegexTable, unknown>>][] = [
  ["no instruction", { code: [] }],
  ["part of an instruction", { code: GOOD.code.slice(1) }],
  ["a start outside", { start: GOOD.code.length }],
  ["a start that is no number", { start: "0" }],
  ["an unknown operation", { code: [9, 0, 0] }],
  ["a jump outside", { code: [2, 0, 1] }],
  ["a negative jump", { code: [2, -1, 0] }],
  ["half a jump", { code: [2, 0.5, 0] }],
  ["a set that is not there", { code: [4, 0, 9] }],
  ["an unknown assertion", { code: [3, 0, 64] }],
  ["another pattern", { code: [1, 0, 1] }],
  ["a set with an open range", { sets: [[1, 2, 3]] }],
  ["a set that goes backwards", { sets: [[5, -1]] }],
  ["ranges that overlap", { sets: [[5, 1, 0, 1]] }],
  ["a code point beyond the last", { sets: [[0x10ffff, 1]] }],
  ["too many instructions", { code: Array(3 * 10_001).fill(0) }],
  ["sets as large as Unicode", {
    sets: [Array.from({ length: 200_000 }, () => 1), ...GOOD.sets],
    code: [...GOOD.code, ...Array(3 * 500).fill(0)],
  }],
];

for (const [what, change] of BROKEN) {
  Deno.test(`a table with ${what} is refused`, () => {
    const table = { ...GOOD, ...change } as RegexTable;
    assertThrows(() => loadRegex(table), ItemError, "is broken");
  });
}

Deno.test("no table makes its reader throw anything else, or run for ever", () => {
  const number = fc.oneof(fc.integer({ min: -2, max: 70 }), fc.constantFrom(0.5, NaN, 1e9));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), number, number), { maxLength: 12 }),
      fc.array(fc.array(number, { maxLength: 6 }), { maxLength: 4 }),
      number,
      (instructions, sets, start) => {
        const table: RegexTable = { ...GOOD, code: instructions.flat(), sets, start };
        try {
          const regex = loadRegex(table);
          for (const text of TEXTS) assertEquals(typeof regex.test(text), "boolean");
        } catch (error) {
          assert(error instanceof ItemError, String(error));
        }
      },
    ),
    { numRuns: runsOf(3_000) },
  );
});

Deno.test("a table whose expression would be too slow is refused, whoever made it", () => {
  const written = { source: "(a.{0,10}b.{0,10}){50}c", flags: "", place: "contains" } as const;
  const table = compileRegex(written);
  const count = table.code.length / 3;
  // The same, three times in a row, which no compiler lets through.
  const code = [0, 1, 2].flatMap((time) => {
    const first = time * count;
    return Array.from({ length: count }, (_, index) => {
      const [op = 0, out = 0, arg = 0] = table.code.slice(index * 3, index * 3 + 3);
      if (op === 1 && time < 2) {
        return [2, first + count + table.start, first + count + table.start];
      }
      return [op, first + out, op === 2 ? first + arg : arg];
    }).flat();
  });
  assertThrows(() => loadRegex({ ...table, code }), ItemError, "too many possible states");
});
