import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { RE2JS } from "re2js";
import { joinPrograms } from "../../../src/sigma/regex/program.ts";
import { RegexAutomaton } from "../../../src/sigma/regex/regex_automaton.ts";
import { compileProgram } from "../../../src/sigma/regex_compiler/compile_program.ts";
import { runsOf } from "../../support/fuzz_settings.ts";

const runs = runsOf(1_000);

/** Letters that fold to others, two halves of a pair, and what the assertions look at. */
const UNITS = [..."abkKsſ\u212aéÉσς1_ .\n", "\u{1f600}", "\ud83d", "\ude00"];

const ATOMS = [
  ..."abksK.^$é",
  ...["[ab]", "[^a]", "[a-c]", "[^\\x{1F600}]", "[[:alpha:]]", "\\w", "\\W", "\\d", "\\s", "\\n"],
  ...["\\b", "\\B", "\\A", "\\z", "\\pL", "\\x{D83D}", "\u{1f600}", "\\Qa.b\\E", ""],
  ...["(?i:k)", "(?i:s)", "(?i:é)", "(?i:Σ)", "(?s:.)", "(?m:^)", "(?m:$)"],
];

const REPEATS = ["*", "+", "?", "*?", "{2}", "{7}", "{0,3}", "{1,4}", "{2,}", "{0,40}"];

const pattern: fc.Arbitrary<string> = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(...ATOMS),
    fc.array(tie("pattern"), { minLength: 2, maxLength: 3 }).map((parts) => parts.join("")),
    fc.tuple(tie("pattern"), tie("pattern")).map((branches) => `(?:${branches.join("|")})`),
    fc.tuple(tie("pattern"), fc.constantFrom(...REPEATS)).map(([part, times]) =>
      `(${part})${times}`
    ),
  ),
})).pattern.chain((source) => fc.constantFrom(source, `(?i)${source}`, `(?m)${source}`))
  .filter(isSmall);

/** Repetitions in repetitions may be more than RE2 takes. */
function isSmall(source: string): boolean {
  try {
    return RE2JS.compile(source).programSize() < 500;
  } catch {
    return false;
  }
}

const text = fc.array(fc.constantFrom(...UNITS), { maxLength: 40 }).map((units) => units.join(""));

/** The numbers of the patterns that are found. */
function found(automaton: RegexAutomaton, text: string): number[] {
  const numbers = new Set<number>();
  automaton.scan(text, (number) => {
    numbers.add(number);
    return false;
  });
  return [...numbers].sort((a, b) => a - b);
}

function automatonOf(patterns: readonly string[], endsLines = patterns.map(() => false)) {
  return new RegexAutomaton(joinPrograms(patterns.map(compileProgram)), endsLines);
}

function letters(alphabet: string, length: number, seed: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return alphabet[(state >>> 16) % alphabet.length];
  }).join("");
}

Deno.test("RegexAutomaton finds what RE2JS finds, for random patterns and texts", () => {
  fc.assert(
    fc.property(
      fc.array(pattern, { minLength: 1, maxLength: 4 }),
      fc.array(text, { minLength: 1, maxLength: 6 }),
      (patterns, texts) => {
        const expected = patterns.map((source) => RE2JS.compile(source));
        const automaton = automatonOf(patterns);
        for (const each of texts) {
          const numbers = expected.flatMap((regex, number) => regex.test(each) ? [number] : []);
          assertEquals(found(automaton, each), numbers, JSON.stringify({ patterns, text: each }));
        }
      },
    ),
    { numRuns: runs },
  );
});

/** So many states that none of these fits into a table of them. */
const HOSTILE: readonly [pattern: string, alphabet: string][] = [
  ["[ab]*a[ab]{20}c", "ab"],
  ["(a|b)*a(a|b){12}$", "ab"],
  ["(.{0,20}a){5}$", "ab"],
  ["(x.{0,50}){3}y$", "xyz"],
  ["\\w{1,100}x\\w{1,100}y$", "xyab"],
  ["(.{0,3}a){100}c", "abbbb"],
  ["(.{1,5}-){30}z|^(.{0,7},){9}$", "a-,z"],
  ["\\b(\\w{1,9}\\b.?){6}-", "ab -"],
  ["(?m)^(.{0,9}a$\\n?){3}b", "ab\n"],
  ["(?i)([k-s]{1,20}[0-9]?){8}!$", "kKsſ\u212a1!"],
  ["(\\pL\\pN?.){9}\\x{1F600}$", "aж٣σ"],
];

Deno.test("RegexAutomaton finds what RE2JS finds when there are too many states to keep", () => {
  for (const [source, alphabet] of HOSTILE) {
    const regex = RE2JS.compile(source);
    const automaton = automatonOf([source]);
    for (let seed = 1; seed <= 40; seed++) {
      const each = letters(alphabet, seed % 8 === 0 ? 1_500 : 300, seed);
      assertEquals(found(automaton, each).length > 0, regex.test(each), `${source} on ${each}`);
    }
  }
});

Deno.test("RegexAutomaton finds each of many hostile patterns together", () => {
  const patterns = HOSTILE.map(([source]) => source);
  const regexes = patterns.map((source) => RE2JS.compile(source));
  const automaton = automatonOf(patterns);
  for (const [seed, [, alphabet]] of HOSTILE.entries()) {
    const each = letters(alphabet, 400, seed + 1);
    assertEquals(
      found(automaton, each),
      regexes.flatMap((regex, at) => regex.test(each) ? at : []),
    );
  }
});

Deno.test("RegexAutomaton matches before a final line break only for patterns that allow it", () => {
  const automaton = automatonOf(["a$", "a\\z", "a\\n$", "^$"], [true, false, true, true]);
  assertEquals(found(automaton, "a\n"), [0, 2]);
  assertEquals(found(automaton, "a"), [0, 1]);
  assertEquals(found(automaton, "\n"), [3]);
  assertEquals(found(automaton, "a\n\n"), [2]);
  assertEquals(found(automaton, "a\n\n\n"), []);
  assertEquals(found(automaton, ""), [3]);
});

Deno.test("RegexAutomaton stops when told to", () => {
  let reports = 0;
  automatonOf(["a"]).scan("aaaa", () => ++reports > 0);
  assertEquals(reports, 1);
});

Deno.test("RegexAutomaton settles only patterns with few states", () => {
  assert(automatonOf(["(.?){300}z"]).settle(2_000));
  assert(!automatonOf(["[ab]*a[ab]{20}c"]).settle(2_000));
});
