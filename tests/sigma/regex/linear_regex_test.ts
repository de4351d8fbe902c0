import { assert, assertEquals, assertThrows } from "@std/assert";
import { LinearRegex } from "../../../src/sigma/regex/linear_regex.ts";
import { ItemError } from "../../../src/sigma/sigma_error.ts";

function regex(source: string): LinearRegex {
  return new LinearRegex(source, new Set());
}

Deno.test("LinearRegex accepts counted repetitions that rules use", () => {
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

Deno.test("LinearRegex refuses patterns that would be slow on some text, and says what to do", () => {
  const sources = [
    "(a.{0,10}b.{0,10}){10}c",
    "(\\w{1,9}\\b.{0,9}){25}x",
    "(?m)^((a.?b?|c{1,9}$)\\n?.{0,4}){25}x",
  ];
  for (const source of sources) {
    const error = assertThrows(() => regex(source), ItemError, "too many possible states");
    assertEquals(error.code, "value-regex");
    assert(error.suggestion?.includes("'*'"), source);
  }
});

Deno.test("LinearRegex refuses patterns that are too large", () => {
  assertThrows(() => regex("(.{0,300}x){3}"), ItemError, "too large");
});

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
