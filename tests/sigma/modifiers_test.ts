import { assert, assertEquals } from "@std/assert";
import { STEPS } from "../../src/sigma/compile/modifier/steps.ts";
import { parseSigma, RuleSet, SigmaError } from "../../src/sigma/mod.ts";
import { type Modifier, type ModifierFamily, MODIFIERS } from "../../src/sigma/modifiers.ts";

const root = new URL("../../", import.meta.url);

const families = Map.groupBy(MODIFIERS, ([, { family }]) => family);

/** One value of each type that some modifier can read, and what `%list%` stands for. */
const VALUES = ["10.0.0.0/8", 12345, 5, true, null];
const placeholders = { list: ["10.0.0.0/8"] };

/** Whether a rule with this key and value loads and compiles. */
function compiles(key: string, value: unknown): boolean {
  const item = `{ ${JSON.stringify(key)}: ${JSON.stringify(value)} }`;
  const { rules, problems } = parseSigma(
    `title: T\nlogsource: { product: p }\ndetection: { s: ${item}, condition: s }\n`,
  );
  if (problems.length > 0) return false;
  try {
    return new RuleSet(rules, { placeholders }).rules.length === 1;
  } catch (error) {
    if (error instanceof SigmaError) return false;
    throw error;
  }
}

/** A modifier as it can stand alone: a flag needs its regular expression. */
function alone(name: string): string {
  return MODIFIERS.get(name)!.family === "regex-flag" ? `re|${name}` : name;
}

for (const [name, { takes, keywords, cannotFail }] of MODIFIERS) {
  Deno.test(`the modifier ${name} takes what its row in the table says`, () => {
    const taken = VALUES.filter((value) => compiles(`field|${alone(name)}`, value));
    const types = new Set(taken.map((value) => value === null ? "null" : typeof value));
    assertEquals(types, new Set<string>(takes));
    const onKeywords = VALUES.some((value) => compiles(`|${alone(name)}`, value));
    assertEquals(onKeywords, keywords);
    if (cannotFail) {
      for (const value of ["", "*", "a?b", "\\", "%x%", 0.5, false]) {
        assert(compiles(`field|${name}`, value), `${value}`);
      }
    }
  });
}

/** Whether a modifier of one family can stand right before one of another, with some value. */
function follows(before: ModifierFamily, after: ModifierFamily): boolean {
  const values = before === "expand" || after === "expand" ? ["%list%"] : VALUES;
  return families.get(before)!.some(([first]) =>
    families.get(after)!.some(([second]) => {
      if (first === second) return false;
      const names = after === "regex-flag" && before !== "regex"
        ? `re|${first}|${second}`
        : `${alone(first)}|${second}`;
      return values.some((value) => compiles(`field|${names}`, value));
    })
  );
}

for (const [family, [[, { after = [], repeats }]]] of changing()) {
  Deno.test(`modifiers of the family ${family} follow those that the table names, and no others`, () => {
    const others = changing().map(([other]) => other);
    const found = others.filter((other) =>
      other === family && families.get(family)!.length === 1
        ? after.includes(family)
        : follows(other, family)
    );
    assertEquals(new Set(found), new Set(after));
    if (repeats !== undefined) {
      const name = families.get(family)![0]![0];
      assert(compiles(`field|${Array(repeats).fill(name).join("|")}`, "value"));
      assert(!compiles(`field|${Array(repeats + 1).fill(name).join("|")}`, "value"));
    }
  });
}

/** The families that change a value, each with its modifiers. */
function changing(): [ModifierFamily, [[string, Modifier], ...[string, Modifier][]]][] {
  return [...families].filter(([family]) => STEPS[family] !== undefined)
    .map(([family, [first, ...others]]) => [family, [first!, ...others]]);
}

Deno.test("docs/sigma.md has the table of modifiers, with files of cases that use each", async () => {
  const text = await Deno.readTextFile(new URL("docs/sigma.md", root));
  const [, section = ""] = text.split(/^## Modifiers$/m);
  const rows = section.split(/^## /m)[0]!.split("\n").filter((line) => line.startsWith("|")).slice(
    2,
  )
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  const wanted = [...families].map(([family, members]) => {
    const { takes, after, alone, keywords } = members[0]![1];
    const follows = alone ? "only by itself" : STEPS[family] ? after!.join(", ") || "–" : "any";
    return [
      family,
      members.map(([name]) => `\`${name}\``).join(" "),
      takes.join(", "),
      follows,
      keywords ? "yes" : "no",
    ];
  });
  assertEquals(rows.map((cells) => cells.slice(0, 5)), wanted);
  for (const [family = "", , , , , files = ""] of rows) {
    const names = [...files.matchAll(/`(\w+\.ts)`/g)].map(([, file]) => file);
    assert(names.length > 0, family);
    const cases = await Promise.all(
      names.map((file) => Deno.readTextFile(new URL(`tests/sigma/cases/${file}`, root))),
    );
    for (const [name] of families.get(family as ModifierFamily)!) {
      assert(cases.some((each) => each.includes(`|${name}`)), `${files}: no case of '${name}'`);
    }
  }
});
