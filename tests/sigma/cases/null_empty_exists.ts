import { section } from "./spec_case.ts";

export const NULL_EMPTY_EXISTS = [
  ...section("R Special Field Values: null", [
    ["matches a null field", "f: null", { f: null }, true],
    ["matches a missing field", "f: null", { g: 1 }, true],
    ["is written by leaving the value out", "f:", {}, true],
    ["is written as a tilde", "f: ~", { f: null }, true],
    ["is not the empty string", "f: null", { f: "" }, false],
    ["is not a string", "f: null", { f: "x" }, false],
    ["is not the string null", "f: null", { f: "null" }, false],
    ["is not zero", "f: null", { f: 0 }, false],
    ["is not false", "f: null", { f: false }, false],
    ["is not an object", "f: null", { f: { a: 1 } }, false],
    ["the string null in quotes is a string", "f: 'null'", { f: "null" }, true],
    ["the string null in quotes is not missing", "f: 'null'", {}, false],
    ["a missing path matches", "a.b: null", { a: { c: 1 } }, true],
    ["a path through a missing object matches", "a.b: null", {}, true],
    ["a present path does not match", "a.b: null", { a: { b: "x" } }, false],
    ["an inherited member is missing", "toString: null", {}, true],
    ["in a list, with a string: missing", "f: [null, x]", {}, true],
    ["in a list, with a string: the string", "f: [null, x]", { f: "X" }, true],
    ["in a list, with a string: another", "f: [null, x]", { f: "y" }, false],
  ]),
  ...section("R Special Field Values: not null is a negated selection", [
    [
      "the specification's example, value set",
      `
detection:
    selection:
        EventID: 4738
    filter:
        PasswordLastSet: null
    condition: selection and not filter`,
      { EventID: 4738, PasswordLastSet: "2024-01-01" },
      true,
    ],
    [
      "the specification's example, value null",
      `
detection:
    selection:
        EventID: 4738
    filter:
        PasswordLastSet: null
    condition: selection and not filter`,
      { EventID: 4738, PasswordLastSet: null },
      false,
    ],
    [
      "the specification's example, value missing",
      `
detection:
    selection:
        EventID: 4738
    filter:
        PasswordLastSet: null
    condition: selection and not filter`,
      { EventID: 4738 },
      false,
    ],
  ]),
  ...section("R Special Field Values: the empty text", [
    ["matches an empty field", "f: ''", { f: "" }, true],
    ["does not match a missing field", "f: ''", {}, false],
    ["does not match null", "f: ''", { f: null }, false],
    ["does not match a blank", "f: ''", { f: " " }, false],
    ["does not match a string", "f: ''", { f: "x" }, false],
    ["does not match zero", "f: ''", { f: 0 }, false],
    ["in a list: empty", "f: ['', x]", { f: "" }, true],
    ["in a list: missing", "f: ['', x]", {}, false],
    ["with contains is in any string", "f|contains: ''", { f: "x" }, true],
    ["with contains is not in a missing field", "f|contains: ''", {}, false],
    ["contains an asterisk does not match a missing field", "f|contains: '*'", {}, false],
    ["contains an asterisk matches a string", "f|contains: '*'", { f: "x" }, true],
    ["endswith an asterisk does not match null", "f|endswith: '*'", { f: null }, false],
  ]),
  ...section("R Field Existence; Mo exists", [
    ["true: a string", "f|exists: true", { f: "x" }, true],
    ["true: the empty string", "f|exists: true", { f: "" }, true],
    ["true: null is present", "f|exists: true", { f: null }, true],
    ["true: zero is present", "f|exists: true", { f: 0 }, true],
    ["true: false is present", "f|exists: true", { f: false }, true],
    ["true: an object is present", "f|exists: true", { f: {} }, true],
    ["true: an empty array is present", "f|exists: true", { f: [] }, true],
    ["true: missing", "f|exists: true", { g: 1 }, false],
    ["false: missing", "f|exists: false", { g: 1 }, true],
    ["false: a string", "f|exists: false", { f: "x" }, false],
    ["false: the empty string", "f|exists: false", { f: "" }, false],
    ["false: null is present", "f|exists: false", { f: null }, false],
    ["true: a path", "a.b|exists: true", { a: { b: null } }, true],
    ["true: a missing path", "a.b|exists: true", { a: {} }, false],
    ["false: a missing path", "a.b|exists: false", { a: {} }, true],
    ["true: a literal dotted key", "a.b|exists: true", { "a.b": null }, true],
    ["true: an inherited member is not present", "toString|exists: true", {}, false],
    [
      "the specification's example",
      `
detection:
    selection:
        EventID: 4738
        PasswordLastSet|exists: true
    condition: selection`,
      { EventID: 4738, PasswordLastSet: "" },
      true,
    ],
    ["the string yes is refused", "f|exists: yes", { f: 1 }, { error: /exists|boolean/i }],
    ["the string true is refused", "f|exists: 'true'", { f: 1 }, { error: /exists|boolean/i }],
    ["a number is refused", "f|exists: 1", { f: 1 }, { error: /exists|boolean/i }],
    ["null is refused", "f|exists: null", { f: 1 }, { error: /exists|boolean/i }],
    ["another modifier is refused", "f|exists|contains: true", { f: 1 }, { error: /exists/i }],
    ["another modifier before is refused", "f|contains|exists: true", { f: 1 }, {
      error: /exists/i,
    }],
  ]),
];
