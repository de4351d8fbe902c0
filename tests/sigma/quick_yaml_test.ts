import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import { quickYaml } from "../../src/sigma/parse/quick_yaml.ts";
import type { YamlNode } from "../../src/sigma/parse/yaml_tree.ts";
import { readCorpus } from "../support/sigma_corpus.ts";

const runs = Number(Deno.env.get("FUZZ_RUNS") ?? 2_000);

const RULE = `title: "Login: failed" # a comment
id: 'it''s'
description: |
    First line: with a colon
      indented

    last # no comment
tags:
- attack.t1078
-   attack.t1110
detection:
    selection:
        'user|contains|all':
            - Ann # another
            - "Bob"
        uid: 42
        -x: -enc
        off:
    list:
        - a: 1
          b: ~
        - c:
            - d
    condition: 1 of selection*   and not list
level: high
`;

/** Everything but where an empty value stands, which matters to nobody. */
type Shape = readonly [value: unknown, text: string, start: number, end: number] | Shape[];

function shapeOf(node: YamlNode | null): Shape {
  if (node?.kind === "map") {
    return node.entries.map(({ keyNode, value }) => [shapeOf(keyNode), shapeOf(value)]) as Shape;
  }
  if (node?.kind === "list") return node.items.map(shapeOf);
  const { value, text, start, end } = node!;
  return value === null && text === "" ? [null, "", 0, 0] : [value, text, start, end];
}

/** The same of the nodes of the YAML package. */
function packageShape(node: unknown): Shape {
  if (isMap(node)) {
    return node.items.map(({ key, value }) => [packageShape(key), packageShape(value)]) as Shape;
  }
  if (isSeq(node)) return node.items.map(packageShape);
  if (!isScalar(node)) throw new Error("neither map nor list nor scalar");
  const { value, source = "", range } = node;
  if (value === null && source === "") return [null, "", 0, 0];
  return [value, typeof value === "string" ? value : source, range![0], range![1]];
}

/** Where the quick reader does not give up, the package has no complaint and reads the same. */
function checkSame(text: string): boolean {
  const quick = quickYaml(text);
  if (!quick) return false;
  const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: "silent" });
  assert(Array.isArray(documents) && documents.length === 1, text);
  const [document] = documents;
  assertEquals([...document!.errors, ...document!.warnings].map(String), [], text);
  assertEquals(shapeOf(quick), packageShape(document!.contents), text);
  return true;
}

Deno.test("quickYaml() reads what rule files are made of as the YAML package does", () => {
  assert(checkSame(RULE));
});

Deno.test("quickYaml() reads nearly every rule of the corpus as the YAML package does", () => {
  const corpus = readCorpus();
  if (!corpus) return;
  const read = corpus.rules.filter(({ yaml }) => checkSame(yaml)).length;
  assert(read > corpus.rules.length * 0.99, `${read} of ${corpus.rules.length}`);
});

Deno.test("quickYaml() leaves a bar followed by a space that YAML does not know to the package", () => {
  for (const space of ["\u3000", "\xa0", "\v"]) {
    assertEquals(quickYaml(`a: |${space}\n  b\n`), undefined);
  }
});

Deno.test("quickYaml() gives up rather than read a damaged file in another way", () => {
  const bit = fc.constantFrom(
    ...[
      ":",
      " ",
      "\n",
      "- ",
      "'",
      '"',
      "#",
      " #",
      "|",
      "|-",
      ">",
      "[",
      "]",
      "{",
      "*",
      "&",
      "!",
      "%",
    ],
    ...[
      "  ",
      "\n\n",
      "?",
      "? ",
      "null",
      "~",
      "0x1",
      "1e3",
      "-",
      "a: b",
      ": ",
      "''",
      "\\",
      "@",
      ",",
    ],
    ...[
      ".5",
      "0o7",
      "\n  ",
      "\n    ",
      "---",
      "true",
      "\t",
      "\r\n",
      "<<",
      "é",
      "\u2028",
      "\u3000",
      "\xa0",
      "\v",
    ],
  );
  const edit = fc.tuple(fc.nat(RULE.length), fc.nat(3), fc.oneof(bit, fc.constant("")));
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = RULE;
      for (const [at, removed, added] of edits) {
        text = text.slice(0, at) + added + text.slice(at + removed);
      }
      checkSame(text);
    }),
    { numRuns: runs },
  );
});
