import { section } from "./spec_case.ts";

const SECURITY = `
detection:
    selection:
        EventLog: Security
        EventID:
            - 517
            - 1102
    condition: selection`;

const TICKET = `
detection:
    selection:
          EventLog: Security
          EventID: 4769
          TicketOptions: '0x40810000'
          TicketEncryption: '0x17'
    condition: selection`;

const MAPS = `
- Image|endswith: '\\example.exe'
- Description|contains: 'Test executable'`;

export const LISTS_AND_MAPS = [
  ...section("R Maps", [
    ["all elements hold", TICKET, {
      EventLog: "Security",
      EventID: 4769,
      TicketOptions: "0x40810000",
      TicketEncryption: "0x17",
    }, true],
    ["one element of four fails", TICKET, {
      EventLog: "Security",
      EventID: 4769,
      TicketOptions: "0x40810000",
      TicketEncryption: "0x12",
    }, false],
    ["one element of four is missing", TICKET, {
      EventLog: "Security",
      EventID: 4769,
      TicketOptions: "0x40810000",
    }, false],
    ["the first value of a list", SECURITY, { EventLog: "Security", EventID: 517 }, true],
    ["the second value of a list", SECURITY, { EventLog: "security", EventID: "1102" }, true],
    ["no value of a list", SECURITY, { EventLog: "Security", EventID: 518 }, false],
    ["a list does not excuse its neighbour", SECURITY, { EventLog: "System", EventID: 517 }, false],
    ["two modifiers on one field are and", "f|startswith: a\nf|endswith: z", { f: "a-z" }, true],
    [
      "two modifiers on one field, one fails",
      "f|startswith: a\nf|endswith: z",
      { f: "a-y" },
      false,
    ],
    ["a list in flow style", "f: [a, b]", { f: "b" }, true],
    ["a list with one value", "f:\n    - a", { f: "a" }, true],
    ["a list of numbers and strings", "f: [1, two]", { f: "TWO" }, true],
    ["a list of numbers and strings, number", "f: [1, two]", { f: "1" }, true],
    ["a list of wildcards", "f: ['a*', '*z']", { f: "xz" }, true],
    ["a list of wildcards, none", "f: ['a*', '*z']", { f: "xzx" }, false],
  ]),
  ...section("R Lists: maps in a list are or", [
    ["the first map", MAPS, { Image: "C:\\example.exe" }, true],
    ["the second map", MAPS, { Description: "A test executable." }, true],
    ["both maps", MAPS, { Image: "C:\\example.exe", Description: "Test executable" }, true],
    ["no map", MAPS, { Image: "C:\\other.exe", Description: "x" }, false],
    ["a map inside a list is and", "- a: 1\n  b: 2\n- c: 3", { a: 1, b: 2 }, true],
    ["half a map inside a list", "- a: 1\n  b: 2\n- c: 3", { a: 1 }, false],
    ["the other map of the list", "- a: 1\n  b: 2\n- c: 3", { c: 3 }, true],
    ["halves of two maps", "- a: 1\n  b: 2\n- a: 3\n  b: 4", { a: 1, b: 4 }, false],
    ["a list with one map", "- a: 1", { a: 1 }, true],
  ]),
  ...section("R Search-Identifier: lists and maps only", [
    ["an empty map is refused", "{}", { a: 1 }, { error: /empty|map|nothing/i }],
    ["null is refused", "null", { a: 1 }, { error: /null|empty|map|list/i }],
    ["an empty value list is refused", "f: []", { f: 1 }, { error: /empty|list/i }],
    ["a map as value is refused", "f:\n    a: b", { f: { a: "b" } }, {
      error: /map|value|nested/i,
    }],
    ["a list in a value list is refused", "f:\n    - [a, b]", { f: "a" }, {
      error: /list|nested|value/i,
    }],
    ["a map in a value list is refused", "f:\n    - a: b", { f: "a" }, { error: /map|value/i }],
    ["a duplicate key is refused and named", "f: a\nf: b", { f: "a" }, {
      error: /f\b.*|duplicate/i,
    }],
  ]),
];
