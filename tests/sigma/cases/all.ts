import { section } from "./spec_case.ts";

const raw = String.raw;

export const ALL = [
  ...section("Mo all", [
    ["every value is there", "f|contains|all: [a, b]", { f: "xaxbx" }, true],
    ["in any order", "f|contains|all: [a, b]", { f: "xbxax" }, true],
    ["one is not there", "f|contains|all: [a, b]", { f: "xax" }, false],
    ["none is there", "f|contains|all: [a, b]", { f: "x" }, false],
    ["three values, one missing", "f|contains|all: [a, b, c]", { f: "ab" }, false],
    ["before contains", "f|all|contains: [a, b]", { f: "ba" }, true],
    ["before contains, one missing", "f|all|contains: [a, b]", { f: "b" }, false],
    ["with startswith and wildcards", "f|startswith|all: ['a*b', 'a*c']", { f: "abc" }, true],
    ["with startswith, one fails", "f|startswith|all: [ab, ac]", { f: "abc" }, false],
    ["with endswith", "f|endswith|all: [bc, c]", { f: "abc" }, true],
    ["with wildcards alone", "f|all: ['*a*', '*b*']", { f: "ba" }, true],
    ["with wildcards alone, one fails", "f|all: ['*a*', '*b*']", { f: "a" }, false],
    ["no value has two contents", "f|all: [a, b]", { f: "a" }, false],
    ["a missing field", "f|contains|all: [a, b]", {}, false],
    ["with a regular expression", raw`f|re|all: ['a\d', 'b\d']`, { f: "b1 a2" }, true],
    ["with a regular expression, one fails", raw`f|re|all: ['a\d', 'b\d']`, { f: "b1 a" }, false],
    ["with cidr", "f|cidr|all: [10.0.0.0/8, 10.1.0.0/16]", { f: "10.1.2.3" }, true],
    ["with cidr, one fails", "f|cidr|all: [10.0.0.0/8, 10.1.0.0/16]", { f: "10.2.2.3" }, false],
    ["with windash, each value in any form", "f|windash|contains|all: [' -a', ' -b']", {
      f: "x /a -b",
    }, true],
    ["with windash, one value in no form", "f|windash|contains|all: [' -a', ' -b']", {
      f: "x /a -c",
    }, false],
    ["with windash written last", "f|contains|all|windash: [' -a', ' /b']", { f: "x –a -b" }, true],
    [
      "with base64offset, each value at any offset",
      "f|base64offset|contains|all: [attack, defend]",
      {
        f: btoa("x attack and defend"),
      },
      true,
    ],
    ["with base64offset, one value nowhere", "f|base64offset|contains|all: [attack, defend]", {
      f: btoa("x attack and retreat"),
    }, false],
    ["does not reach the next field", "f|contains|all: [a, b]\ng|contains: [c, d]", {
      f: "ab",
      g: "d",
    }, true],
    ["with cased", "f|cased|contains|all: [A, b]", { f: "bA" }, true],
    ["with cased, one in another case", "f|cased|contains|all: [A, b]", { f: "ba" }, false],
  ]),
  ...section("Mo all over an array, D any-member", [
    ["each value is some member", "f|all: [a, b]", { f: ["a", "b", "c"] }, true],
    ["one value is not a member", "f|all: [a, b]", { f: ["a", "c"] }, false],
    ["each value in some member", "f|contains|all: [a, b]", { f: ["xa", "xb"] }, true],
  ]),
];
