import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments } from "yaml";
import { readYaml } from "../../src/sigma/parse/read_yaml.ts";
import { Source } from "../../src/sigma/parse/source.ts";
import {
  entriesOf,
  itemsOf,
  placeOf,
  plainOf,
  type YamlNode,
} from "../../src/sigma/parse/yaml_tree.ts";
import { readCorpus } from "../support/sigma_corpus.ts";
import { runsOf } from "../support/fuzz_settings.ts";

const runs = runsOf(1_000);

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

/** A scalar as [value, text, start, end], a list or map as a list. */
type Shape = readonly [value: unknown, text: string, start: number, end: number] | Shape[];

/** Everything but where an empty value stands, which matters to nobody. */
function shapeOf(node: YamlNode | null): Shape {
  if (node?.kind === "map") {
    return node.entries.map(({ keyNode, value }) => [shapeOf(keyNode), shapeOf(value)]) as Shape;
  }
  if (node?.kind === "list") return node.items.map(shapeOf);
  const { value, text, start, end } = node ?? { value: null, text: "", start: 0, end: 0 };
  return value === null && text === "" ? [null, "", 0, 0] : [value, text, start, end];
}

/** The same of the nodes of the YAML package. */
function packageShape(node: unknown, document: Document): Shape {
  if (isAlias(node)) return packageShape(node.resolve(document), document);
  if (isMap(node)) {
    return node.items.map(({ key, value }) => [
      packageShape(key, document),
      packageShape(value, document),
    ]) as Shape;
  }
  if (isSeq(node)) return node.items.map((item) => packageShape(item, document));
  const { value, source = "", range } = isScalar(node) ? node : { value: null };
  if (value === null && source === "") return [null, "", 0, 0];
  // Beyond a double, a number is a string for us: Infinity could equal nothing in an event.
  if (typeof value === "number" && !Number.isFinite(value)) {
    return [source, source, range![0], range![1]];
  }
  return [value, typeof value === "string" ? value : source, range![0], range![1]];
}

function rootOf(text: string): YamlNode | null {
  const source = new Source(text);
  const [document, ...others] = readYaml(source);
  assertEquals(source.problems, []);
  assertEquals(others, []);
  return document?.root ?? null;
}

/** A file without problems is read as the package reads it. */
function checkSame(text: string): boolean {
  const source = new Source(text);
  const read = readYaml(source);
  if (source.problems.length > 0) return false;
  const documents = parseAllDocuments(text, { prettyErrors: false, logLevel: "silent" });
  assert(Array.isArray(documents));
  assertEquals(
    read.map(({ root }) => shapeOf(root)),
    documents.map((document) => packageShape(document.contents, document as Document)),
    text,
  );
  return true;
}

Deno.test("readYaml() reads what rule files are made of", () => {
  assertEquals(plainOf(rootOf(RULE)), {
    title: "Login: failed",
    id: "it's",
    description: "First line: with a colon\n  indented\n\nlast # no comment\n",
    tags: ["attack.t1078", "attack.t1110"],
    detection: {
      selection: { "user|contains|all": ["Ann", "Bob"], uid: 42, "-x": "-enc", off: null },
      list: [{ a: 1, b: null }, { c: ["d"] }],
      condition: "1 of selection*   and not list",
    },
    level: "high",
  });
  assert(checkSame(RULE));
});

Deno.test("readYaml() reads a number beyond doubles as a string", () => {
  assert(checkSame("uid: 1e342\n"));
  assertEquals(plainOf(rootOf("uid: 1e342\n")), { uid: "1e342" });
});

Deno.test("readYaml() says of every scalar how and where it is written", () => {
  const text = "a: 1.50\nb: 'it''s'\nc: \"\\t\"\nd: |\n  x\ne: >-\n  x\n  y\nf: [~, g]\n";
  const scalars = (entriesOf(rootOf(text)) ?? [])
    .flatMap(({ value }) => itemsOf(value) ?? [value])
    .map((node) =>
      node?.kind === "scalar" &&
      [node.style, node.value, node.text, text.slice(node.start, node.end)]
    );
  assertEquals(scalars, [
    ["plain", 1.5, "1.50", "1.50"],
    ["single-quoted", "it's", "it's", "'it''s'"],
    ["double-quoted", "\t", "\t", '"\\t"'],
    ["block", "x\n", "x\n", "|\n  x\n"],
    ["block", "x y", "x y", ">-\n  x\n  y\n"],
    ["plain", null, "~", "~"],
    ["plain", "g", "g", "g"],
  ]);
});

Deno.test("readYaml() follows an alias, and keeps its place and that of the text it stands for", () => {
  const text = "a: &x [1, 2]\nb: *x\n";
  const [a, b] = entriesOf(rootOf(text)) ?? [];
  assertEquals(plainOf(b?.value), [1, 2]);
  const { alias, ...target } = b!.value!;
  assertEquals(target, a!.value!);
  assertEquals(text.slice(...alias!), "*x");
  assertEquals([placeOf(a!.value!), placeOf(b!.value!)], [[6, 12], [16, 18]]);
});

Deno.test("readYaml() lets maps and lists end with what they hold", () => {
  const text = "a:\n  - b: c # why\n    d: [e,\n      f]\n\n# end\ng: h\n";
  const list = entriesOf(rootOf(text))![0]!.value;
  const map = itemsOf(list)![0]!;
  assertEquals(text.slice(map!.start, map!.end), "b: c # why\n    d: [e,\n      f]");
  assertEquals(text.slice(list!.start, list!.end), "- b: c # why\n    d: [e,\n      f]");
});

Deno.test("readYaml() reads every rule of the corpus as the YAML package does", () => {
  const corpus = readCorpus();
  if (!corpus) return;
  assertEquals(corpus.rules.filter(({ yaml }) => !checkSame(yaml)), []);
});

Deno.test("readYaml() refuses a bar followed by a space that YAML does not know", () => {
  for (const space of ["\u3000", "\xa0", "\v"]) {
    const source = new Source(`a: |${space}\n  b\n`);
    assertEquals(readYaml(source), []);
    assertEquals(source.problems.map(({ code }) => code), ["yaml-syntax"]);
  }
});

Deno.test("readYaml() reports a problem or reads a damaged file as the YAML package does", () => {
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
