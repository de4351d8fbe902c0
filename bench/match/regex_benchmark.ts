import { parseSigma } from "../../src/sigma/parse.ts";
import { RuleSet } from "../../src/sigma/source_rule_set.ts";
import { median } from "../figures.ts";
import { type Random, seededRandom } from "./random.ts";
import { WORDS } from "./synthetic_events.ts";

const WARM_UP = 50;
const ROUNDS = 101;

/**
 * Patterns that make a backtracking engine take seconds, with the text that does it; then such that
 * keep so many possibilities open at once that an engine of states needs ever new ones.
 */
const HOSTILE: readonly [pattern: string, text: (random: Random) => string][] = [
  ["^(a+)+$", () => "a".repeat(4999) + "!"],
  ["^(\\w+\\s?)*$", () => "word ".repeat(999) + "wor!!"],
  ["^(a|aa)+$", () => "a".repeat(4999) + "b"],
  ["(.*)*x=(.*)*y", () => "x=".repeat(2500)],
  ["^([a-z.]+)*@example\\.com$", () => "a".repeat(5000)],
  ["\\s+$", () => " ".repeat(4999) + "x"],
  ["(x+x+)+y", () => "x".repeat(5000)],
  ["^(([a-z])+.)+[A-Z]([a-z])+$", () => "a".repeat(5000)],
  ["(.*a){20}", (random) => letters(random, "ab")],
  ["(a?){30}a{30}b", () => "a".repeat(5000)],
  ["([a-z]{1,20}-){5}z", (random) => letters(random, "abc-")],
  ["(\\d{1,3}\\.){3}\\d{1,3}$", (random) => letters(random, "0123456789.")],
  ["\\b\\w+\\b.*\\bzz\\b", (random) => letters(random, "az ")],
  ["(.{0,20}a){5}$", (random) => letters(random, "ab")],
  ["[ab]*a[ab]{20}$", (random) => letters(random, "ab")],
  ["(a|b)*a(a|b){12}$", (random) => letters(random, "ab")],
  [".*a.{30}b$", (random) => letters(random, "ab")],
  ["a.{1000}b$", (random) => letters(random, "ab")],
  ["(x.{0,50}){3}y$", (random) => letters(random, "xy")],
  ["(?i)([a-z]{1,20}[0-9]?){8}!$", (random) => letters(random, "aBc1!")],
  ["\\w{1,100}x\\w{1,100}y$", (random) => letters(random, "xyab")],
  ["(.?){300}z", (random) => letters(random, "ab")],
  ["([a-z]?){200}\\d$", (random) => letters(random, "ab1")],
  ["\\pL{10,40}\\pN$", (random) => letters(random, "aéж٣")],
  ["(.{0,3}a){100}$", (random) => letters(random, "ab")],
  ["(.{1,5}-){50}z$", (random) => letters(random, "a-")],
  ["\\b(\\w{1,30}\\b.?){9}!", (random) => letters(random, "ab ")],
  ["(?m)^(.{0,9}a$\\n?){9}b", (random) => letters(random, "ab\n")],
];

function letters(random: Random, alphabet: string): string {
  return Array.from({ length: 5000 }, () => alphabet[random.below(alphabet.length)]).join("");
}

/**
 * A hundred patterns at once against native expressions one by one, and the slowest hostile
 * pattern.
 */
export function regexBenchmark(): {
  regexSetVsNative: number;
  worstRegexMs: number;
  worstPattern: string;
} {
  const random = seededRandom(11);
  const word = () => random.pick(WORDS);
  const names = Array.from({ length: 1000 }, () => {
    return `${word()}-${word()}-${word()}-${random.below(3000)}`;
  });
  // Rules look for a part of a text more often than for its beginning: one in three is anchored.
  const patterns = Array.from({ length: 100 }, (_, index) => {
    const start = index % 3 === 0 ? "^" : "";
    return `${start}${word()}-(${word()}|${word()})-[a-z]+-${index % 30}[0-9]*$`;
  });
  const native = patterns.map((pattern) => new RegExp(pattern));
  const ruleSet = rulesOf(patterns);
  const events = names.map((name) => ({ name }));
  const ratios: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round++) {
    let expected = 0;
    let found = 0;
    const nativeMs = timed(() => {
      for (const name of names) for (const regex of native) if (regex.test(name)) expected++;
    });
    const setMs = timed(() => {
      for (const event of events) found += ruleSet.match(event).length;
    });
    if (expected !== found) {
      throw new Error(`Cannot compare: ${found} matches instead of ${expected}`);
    }
    if (round >= WARM_UP) ratios.push(setMs / nativeMs);
  }
  const hostile = HOSTILE.map(([pattern, text]) => ({
    ms: hostileMs(pattern, text, random),
    pattern,
  }));
  const worst = hostile.reduce((worst, each) => each.ms > worst.ms ? each : worst);
  return {
    regexSetVsNative: median(ratios),
    worstRegexMs: worst.ms,
    worstPattern: worst.pattern,
  };
}

function hostileMs(pattern: string, text: (random: Random) => string, random: Random): number {
  const ruleSet = rulesOf([pattern]);
  ruleSet.match({ name: text(random) });
  return median(Array.from({ length: 25 }, () => {
    const event = { name: text(random) };
    return timed(() => ruleSet.match(event));
  }));
}

function rulesOf(patterns: readonly string[]): RuleSet {
  const rules = patterns.flatMap((pattern) =>
    parseSigma(JSON.stringify({
      title: "Regex",
      logsource: { product: "bench" },
      detection: { selection: { "name|re": pattern }, condition: "selection" },
    })).rules
  );
  if (rules.length !== patterns.length) throw new Error("Cannot measure: a pattern was not loaded");
  return new RuleSet(rules);
}

function timed(work: () => void): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}
