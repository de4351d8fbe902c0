import { assert, assertEquals, assertThrows } from "@std/assert";
import type { LinearRegex } from "../../../src/sigma/regex/linear_regex.ts";
import { loadRegex } from "../../../src/sigma/regex/regex_table.ts";
import { compileRegex } from "../../../src/sigma/regex_compiler/compile_regex.ts";
import { ItemError } from "../../../src/sigma/sigma_error.ts";

function regex(source: string): LinearRegex {
  return loadRegex(compileRegex({ source, flags: "", place: "contains" }));
}

Deno.test("compileRegex() accepts counted repetitions that rules use", () => {
  const sources = [
    "a.{20}b",
    "[A-Za-z0-9+/]{40,}",
    "(\\d{1,3}\\.){3}\\d{1,3}",
    "^(.{0,5},){30}$",
    "(a|b)*a(a|b){12}",
    "(x.{0,50}){3}y",
    "(?i)([a-z]{1,20}[0-9]?){8}!$",
    "\\w{1,100}x\\w{1,100}y$",
    "(?i)(wget|curl).{1,64}https?://.{2,128}\\.(exe|dll|ps1)",
    ".{1000,}",
    "(.?){300}z",
    "(a{0,30}b{0,30}){12}c",
    "\\pL{10,40}\\pN",
  ];
  for (const source of sources) assert(!regex(source).test("\u0001"), source);
});

Deno.test("compileRegex() loads counted gaps, and knows what they may cost", () => {
  const light = regex("foo.{0,200}bar.{0,200}baz");
  assert(light.test(`foo${"x".repeat(200)}bar${"y".repeat(200)}baz`));
  assert(!light.test(`foo${"x".repeat(201)}bar${"y".repeat(200)}baz`));
  assert(light.slowestMs < 1, String(light.slowestMs));
  const sources = [
    "a.{0,500}b.{0,500}c.{0,500}d",
    "(\\w{1,9}\\b.{0,9}){25}x",
    "(?m)^((a.?b?|c{1,9}$)\\n?.{0,4}){25}x",
    "(.{0,300}x){3}",
    "(a.{0,10}b.{0,10}){50}c",
  ];
  for (const source of sources) {
    const { slowestMs } = regex(source);
    assert(slowestMs > 1 && slowestMs <= 10, `${source}: ${slowestMs}`);
  }
  assertEquals(regex("login").slowestMs, 0);
});

Deno.test("compileRegex() refuses patterns that need more than 10 ms for some text, and says what to do", () => {
  const sources = [
    "(a.{0,10}b.{0,10}){150}c",
    "(\\w{1,9}\\b.{0,9}){220}x",
  ];
  for (const source of sources) {
    const error = assertThrows(() => regex(source), ItemError, "more than 10 ms");
    assertEquals(error.code, "value-regex");
    assert(error.suggestion?.includes("'*'"), source);
  }
});

Deno.test("compileRegex() refuses patterns that are too large, without writing them out", () => {
  const sources = [
    "(.{0,300}x){30}",
    "a{100000}",
    "a{99999999999}",
    "((a{100}){100}){100}",
    `${"(".repeat(30)}a${"{1000})".repeat(30)}`,
    `(${"a".repeat(500)}){1000}`,
  ];
  for (const source of sources) assertThrows(() => regex(source), ItemError, "10000 parts");
});

const REPEATS: [source: string, matches: string[], others: string[]][] = [
  ["^a{1500}$", ["a".repeat(1500)], ["a".repeat(1499), "a".repeat(1501)]],
  ["^a{1500,}$", ["a".repeat(1500), "a".repeat(4000)], ["a".repeat(1499)]],
  ["^a{1200,2500}$", ["a".repeat(1200), "a".repeat(2500)], ["a".repeat(1199), "a".repeat(2501)]],
  ["^a{0,1001}?b$", ["b", `${"a".repeat(1001)}b`], [`${"a".repeat(1002)}b`]],
  ["^(?:ab|c){1200}$", ["ab".repeat(1200), "c".repeat(1200)], ["ab".repeat(1199)]],
  ["^(a{50}){30}$", ["a".repeat(1500)], ["a".repeat(1499)]],
  ["^(?P<x>a{100}b){20}$", [`${"a".repeat(100)}b`.repeat(20)], [`${"a".repeat(99)}b`.repeat(20)]],
  ["^(?:(?i)a{1001}|b)$", ["A".repeat(1001), "b"], ["A".repeat(1000)]],
  ["^[\\]a]{1001}$", ["]".repeat(1001)], ["]".repeat(1000)]],
  ["^[]a]{1001}$", ["]".repeat(1001)], ["b".repeat(1001)]],
  ["^[[:digit:]]{1001}$", ["1".repeat(1001)], ["a".repeat(1001)]],
  ["^\\p{Greek}{1001}$", ["α".repeat(1001)], ["a".repeat(1001)]],
  ["^\\x{1F989}{1001}$", ["🦉".repeat(1001)], ["🦉".repeat(1000)]],
  ["^🦉{1001}$", ["🦉".repeat(1001)], ["🦉".repeat(1000)]],
  ["^\\.{1001}$", [".".repeat(1001)], ["a".repeat(1001)]],
  ["^a{1001$", ["a{1001"], ["a"]],
];

for (const [source, matches, others] of REPEATS) {
  Deno.test(`compileRegex() counts beyond a thousand: ${source}`, () => {
    const counted = regex(source);
    assertEquals(matches.map((text) => counted.test(text)), matches.map(() => true));
    assertEquals(others.map((text) => counted.test(text)), others.map(() => false));
  });
}

Deno.test("LinearRegex remembers only the last text", () => {
  const ends = regex("b$");
  assertEquals(["ab", "ab", "ba", "", "ab"].map((text) => ends.test(text)), [
    true,
    true,
    false,
    false,
    true,
  ]);
  assert(regex("^$").test(""));
});
