import { section } from "./spec_case.ts";

const HEAD = "title: Case\nlogsource:\n    product: test\n";

export const ERRORS = [
  ...section("Mo: an unknown modifier is refused", [
    ["close to a known one", "f|contain: x", {}, { error: /'?contain'?.*contains/s }],
    ["close to startswith", "f|startwith: x", {}, { error: /startswith/ }],
    ["in capitals", "f|Contains: x", {}, { error: /Contains/ }],
    ["far from all", "f|zzzzzz: x", {}, { error: /zzzzzz/ }],
    ["second in the chain", "f|contains|al: [x, y]", {}, { error: /\bal\b/ }],
    ["empty", "f|: x", {}, { error: /empty|modifier/i }],
    ["empty in the middle", "f||contains: x", {}, { error: /empty|modifier/i }],
    ["with a blank", "f| contains: x", {}, { error: /modifier/i }],
    ["a name of an inherited member", "f|constructor: x", {}, { error: /constructor/ }],
    ["another inherited member", "f|toString: x", {}, { error: /toString/ }],
    ["__proto__", "f|__proto__: x", {}, { error: /__proto__/ }],
  ]),
  ...section("R Yaml File: what is no rule", [
    ["broken YAML", HEAD + "detection: [", {}, { error: /yaml|flow|unexpected|end|\]/i }],
    ["a tab as indentation", HEAD + "detection:\n\tsel: x\n", {}, { error: /tab|yaml|indent/i }],
    ["an unknown alias", HEAD + "detection:\n    sel: *x\n    condition: sel\n", {}, {
      error: /alias|anchor|\bx\b/i,
    }],
    [
      "a duplicate key at the top",
      HEAD + "title: Again\ndetection:\n    sel:\n        f: x\n    condition: sel\n",
      {},
      {
        error: /title|duplicate|unique/i,
      },
    ],
    [
      "a duplicate identifier",
      "detection:\n    sel:\n        f: x\n    sel:\n        f: y\n    condition: sel",
      {},
      { error: /sel|duplicate|unique/i },
    ],
    [
      "the second document is broken",
      HEAD + "detection:\n    sel:\n        f: x\n    condition: sel\n---\ntitle: B\n",
      {},
      {
        error: /logsource|detection/i,
      },
    ],
    [
      "a document that is a string",
      HEAD + "detection:\n    sel:\n        f: x\n    condition: sel\n---\nhello\n",
      {},
      {
        error: /map|document|rule/i,
      },
    ],
  ]),
  ...section("R Yaml File: what YAML allows", [
    [
      "an anchor and an alias",
      "detection:\n    a: &list\n        f: [x, y]\n    b: *list\n    condition: a and b",
      { f: "y" },
      true,
    ],
    ["comments", "# one\nf: x # two", { f: "x" }, true],
    ["a folded string", "f: >-\n    one\n    two", { f: "one two" }, true],
    ["a literal string", "f: |-\n    one\n    two", { f: "one\ntwo" }, true],
    ["a quoted key", "'f|contains': x", { f: "axa" }, true],
    ["a flow map", "{f: x, g: y}", { f: "x", g: "y" }, true],
  ]),
  ...section("C: a correlation is no single-event rule", [
    [
      "the legacy action is refused or pointed out",
      "title: Case\naction: global\nlogsource:\n    product: test\n",
      {},
      {
        error: /action|detection/i,
      },
    ],
  ]),
  ...section("D one event never breaks a loaded rule", [
    ["an array as event", "f: x", [], false],
    ["null as event", "f: x", null, false],
    ["a string as event", "f: x", "x", false],
    ["a number as event", "f: x", 5, false],
    ["a keyword over a string as event", "- x", {}, false],
    ["null matches where nothing is", "f: null", {}, true],
  ]),
];
