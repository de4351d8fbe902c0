import { section } from "./spec_case.ts";

export const MODIFIERS_ORDER = [
  ...section("R Value Modifiers: applied in the given order", [
    ["base64 then contains", "f|base64|contains: foo", { f: "xx Zm9v xx" }, true],
    ["wide then base64 then contains", "f|wide|base64|contains: cmd", { f: "-e YwBtAGQA" }, true],
    ["windash then base64", "f|windash|base64: ' -f'", { f: btoa(" /f") }, true],
    ["windash then base64offset then contains", "f|windash|base64offset|contains: ' -flag'", {
      f: btoa("run /flag now"),
    }, true],
    ["base64 twice", "f|base64|base64: foo", { f: btoa(btoa("foo")) }, true],
    ["expand then base64", "f|expand|base64: '%n%'", { f: btoa("two") }, true, {
      placeholders: { n: ["one", "two"] },
    }],
    ["contains then base64offset is refused", "f|contains|base64offset: foo", {}, {
      error: /wildcard|order/i,
    }],
    ["startswith then base64 is refused", "f|startswith|base64: foo", {}, {
      error: /wildcard|order/i,
    }],
    ["cased then contains then all", "f|cased|contains|all: [A, B]", { f: "xBxA" }, true],
    ["all then contains then cased", "f|all|contains|cased: [A, B]", { f: "xBxa" }, false],
    ["re then i then all", "f|re|i|all: [a.c, d.f]", { f: "ABC DEF" }, true],
    ["i before re is refused", "f|i|re: abc", {}, { error: /modifier|\bre\b|\bi\b/i }],
    ["re after cased is refused", "f|base64|re: abc", {}, { error: /first|order|\bre\b/i }],
    [
      "cidr after all is refused or all applies",
      "f|cidr|all: [10.0.0.0/8]",
      { f: "10.1.1.1" },
      true,
    ],
    ["hour then gte", "t|hour|gte: 22", { t: "2024-01-01T23:00:00Z" }, true],
    ["gte then hour is refused", "t|gte|hour: 22", {}, { error: /hour|gte|order/i }],
    ["fieldref then startswith", "a|fieldref|startswith: b", { a: "abc", b: "ab" }, true],
  ]),
  ...section("R Value Modifiers: one value may become many", [
    ["windash then contains, any form", "f|windash|contains: '-x'", { f: "a —x" }, true],
    ["a list and windash, any of any", "f|windash: [-a, -b]", { f: "―b" }, true],
    ["not over many values means none of them", "f|windash|neq: -a", { f: "/a" }, false],
    ["expand in a list", "f|expand: ['%n%', x]", { f: "two" }, true, {
      placeholders: { n: ["one", "two"] },
    }],
    [
      "expand and all: each value is some of the list",
      "f|expand|contains|all: ['%n%', x]",
      {
        f: "two x",
      },
      true,
      { placeholders: { n: ["one", "two"] } },
    ],
    [
      "expand and all: the other value is missing",
      "f|expand|contains|all: ['%n%', x]",
      {
        f: "two y",
      },
      false,
      { placeholders: { n: ["one", "two"] } },
    ],
  ]),
  ...section("D modifiers that exclude each other are refused", [
    ["contains and startswith", "f|contains|startswith: ab", {}, { error: /contains.*startswith/ }],
    ["startswith and endswith", "f|startswith|endswith: ab", {}, { error: /startswith.*endswith/ }],
    ["re and cidr", "f|re|cidr: ab", {}, { error: /cidr|\bre\b/ }],
    ["re and base64", "f|re|base64: ab", {}, { error: /base64|\bre\b/ }],
    ["cidr and windash", "f|cidr|windash: 10.0.0.0/8", {}, { error: /windash|cidr/ }],
    ["gt and cased", "f|gt|cased: 5", {}, { error: /cased|gt/ }],
    ["fieldref and base64", "f|fieldref|base64: g", {}, { error: /base64|fieldref/ }],
    ["fieldref and re", "f|fieldref|re: g", {}, { error: /\bre\b|fieldref/ }],
    ["exists and neq", "f|exists|neq: true", {}, { error: /exists/ }],
  ]),
  ...section("D a modifier that changes nothing the second time is a warning", [
    ["endswith", "f|endswith|endswith: b", { f: "ab" }, true],
    ["endswith, with a warning", "f|endswith|endswith: c", {}, { problem: /^warning.*second/ }],
    ["contains and all", "f|contains|all|contains|all: [a, b]", { f: "ba" }, true],
    ["cased", "f|cased|cased: A", { f: "a" }, false],
    ["windash", "f|windash|windash: -a", { f: "/a" }, true],
    ["a flag", "f|re|i|i: a", { f: "A" }, true],
    ["re twice is refused", "f|re|re: a", {}, { error: /Duplicate modifier 're'/ }],
    ["neq twice is refused", "f|neq|neq: a", {}, { error: /Duplicate modifier 'neq'/ }],
  ]),
];
