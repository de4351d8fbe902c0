import { assertEquals, assertStringIncludes } from "@std/assert";
import { lintFile, lintFiles } from "../../../src/sigma/lint/lint_files.ts";
import { whole } from "./lint_examples.ts";

/** What hardly any event can match as meant. Fragments as in docs/lint. */
const missed: [code: string, what: string, fragment: string, says?: string][] = [
  ...["t", "n", "r", "b", "f", "v", "a", "e", "0", "N", "P", "L", "_", "x64\\t"].map((letter) =>
    [
      "value-escaped-path",
      `\\${letter} after a drive letter`,
      `  selection:\n    a|contains: "C:\\${letter}ools"`,
      `'\\${letter[0]}'`,
    ] as [string, string, string, string]
  ),
  ["value-escaped-path", "an executable", `  selection:\n    Image|endswith: "\\net.exe"`],
  ["value-escaped-path", "a folder", `  selection:\n    Image|contains: "\\bin\\\\"`],
  ["value-escaped-path", "after a folder", `  selection:\n    a|contains: "\\\\Windows\\temp"`],
  ["value-escaped-path", "after a variable", `  selection:\n    a: "%AppData%\\roaming"`],
  ["value-final-line-break", "folded", `  selection:\n    a|startswith: >\n      x\n      y`],
  ["value-final-line-break", "several kept", `  selection:\n    a: |+\n      x\n\n`],
  ["value-final-line-break", "a keyword", `  selection:\n    - |\n      x`],
  ["value-final-line-break", "an expression", `  selection:\n    a|re: |\n      x.y`],
  ["name-odd-letter", "a Cyrillic letter", `  selection:\n    us\u0435r: x`, "U+0435"],
  ["name-odd-letter", "a Greek letter", `  selection:\n    \u039fbject: x`, "U+039F"],
  ["name-odd-letter", "a full-width letter", `  selection:\n    \uff25ventID: x`, "U+FF25"],
  [
    "name-odd-letter",
    "only look-alikes",
    `  selection:\n    \u0440\u0430\u0441\u0435: x`,
    "U+0440",
  ],
  ["name-odd-letter", "in a block", `  selection:\n    a[any]:\n      us\u0435r: x`, "U+0435"],
  ["name-odd-letter", "a soft hyphen", `  selection:\n    us\u00ader: x`, "U+00AD"],
  ["name-odd-letter", "a no-break space", `  selection:\n    user\u00a0name: x`, "U+00A0"],
  [
    "name-odd-letter",
    "a search identifier",
    `  sel\u0435ction:\n    a: x\n  condition: sel\u0435ction`,
    "search identifier",
  ],
  ["modifier-unknown", "a modifier", `  selection:\n    a|c\u043entains: x`, "U+043E"],
  ["metadata-value", "a tag", "tags: [\u0430ttack.t1110]", "U+0430"],
  ["metadata-value", "a level", "level: h\u0456gh", "U+0456"],
  ["utf16-plain", "utf16be", `  selection:\n    a|utf16be|contains: x`],
  ["utf16-plain", "utf16", `  selection:\n    a|utf16|startswith: x`],
  ["base64-padding", "startswith", `  selection:\n    a|base64|startswith: x`],
  ["base64-padding", "UTF-16", `  selection:\n    a|wide|base64|contains: login`],
  ["base64-padding", "two-byte letters", `  selection:\n    a|base64|contains: é`],
  ["value-invisible-character", "a raw RTLO", `  selection:\n    a|contains: 'x\u202ey'`],
  ["value-invisible-character", "a joiner between letters", `  selection:\n    a: 'x\u200dy'`],
  ["tag-namespace", "a misspelled one", "tags: [atack.t1110]", "did you mean 'attack'?"],
];

for (const [code, what, fragment, says = ""] of missed) {
  Deno.test(`lintFile() reports ${code}: ${what}`, () => {
    const found = lintFile(whole(`${fragment}\n`)).filter((problem) => problem.code === code);
    assertEquals(found.length, 1, JSON.stringify(lintFile(whole(`${fragment}\n`))));
    assertStringIncludes(found[0]!.message, says);
  });
}

for (
  const [modifier, says] of [
    ["in", "one value of a list is enough already"],
    ["equals", "must be equal already"],
    ["not", "'|neq'"],
    ["like", "'*' and '?' are wildcards already"],
    ["nocase", "letter case is ignored already"],
  ]
) {
  Deno.test(`parseSigma() says what has the effect of '|${modifier}' in Sigma`, () => {
    const found = lintFile(whole(`  selection:\n    a|${modifier}: [x, y]\n`));
    const { suggestion = "" } = found.find(({ code }) => code === "modifier-unknown")!;
    assertStringIncludes(suggestion, says!);
  });
}

Deno.test("lintFiles() does not report title-repeated: twins for other log sources", () => {
  const rule = (product: string, id: string) =>
    whole(`logsource:\n  product: ${product}\n`).replace(/^id: .*/m, `id: ${id}`)
      .replace("event:", `event_of_${id.slice(0, 3)}:`);
  const [one, two] = [
    "767e7aa1-e232-45b9-adf1-a15673f7acfd",
    "867e7aa1-e232-45b9-adf1-a15673f7acfd",
  ];
  const codes = (second: string) =>
    lintFiles([
      { file: "rules/login_one.yml", text: rule("linux", one!) },
      { file: "rules/login_two.yml", text: rule(second, two!) },
    ]).map(({ code }) => code);
  assertEquals(codes("macos"), []);
  assertEquals(codes("linux"), ["title-repeated"]);
  assertEquals(codes("Linux"), ["logsource-form", "title-repeated"].sort());
});
