import { section } from "./spec_case.ts";

const raw = String.raw;

export const WINDASH = [
  ...section("Mo windash", [
    ["the hyphen itself", "f|windash|contains: ' -f '", { f: "a -f b" }, true],
    ["a slash", "f|windash|contains: ' -f '", { f: "a /f b" }, true],
    ["an en dash", "f|windash|contains: ' -f '", { f: "a –f b" }, true],
    ["an em dash", "f|windash|contains: ' -f '", { f: "a —f b" }, true],
    ["a horizontal bar", "f|windash|contains: ' -f '", { f: "a ―f b" }, true],
    ["no other mark", "f|windash|contains: ' -f '", { f: "a +f b" }, false],
    ["no mark", "f|windash|contains: ' -f '", { f: "a f b" }, false],
    [
      "a slash in the rule, a hyphen in the event",
      "f|windash|contains: ' /f'",
      { f: "a -f" },
      true,
    ],
    [
      "an en dash in the rule, a hyphen in the event",
      "f|windash|contains: ' –f'",
      { f: "a -f" },
      true,
    ],
    [
      "an em dash in the rule, a slash in the event",
      "f|windash|contains: ' —f'",
      { f: "a /f" },
      true,
    ],
    ["a horizontal bar in the rule, itself in the event", "f|windash|contains: ' ―f'", {
      f: "a ―f",
    }, true],
    ["in another case", "f|windash|contains: ' -F'", { f: "a /f" }, true],
    ["a value without any mark", "f|windash|contains: abc", { f: "xabcx" }, true],
    ["the whole value", "f|windash: -f", { f: "/f" }, true],
    ["the whole value is compared", "f|windash: -f", { f: "/fx" }, false],
    ["two marks, first changed", "f|windash|contains: ' -a /b'", { f: "x /a /b" }, true],
    ["two marks, second changed", "f|windash|contains: ' -a /b'", { f: "x -a -b" }, true],
    ["two marks, both changed", "f|windash|contains: ' -a /b'", { f: "x ―a —b" }, true],
    ["two marks, one word wrong", "f|windash|contains: ' -a /b'", { f: "x /a /c" }, false],
    ["five marks", "f|windash|contains: '-a -b -c -d -e'", { f: "/a –b —c ―d -e" }, true],
    ["a list is or", "f|windash|contains: [' -a', ' -b']", { f: "x /b" }, true],
    ["with startswith", "f|windash|startswith: -s", { f: "/s x" }, true],
    ["with startswith, elsewhere", "f|windash|startswith: -s", { f: "x /s" }, false],
    ["with endswith", "f|windash|endswith: ' -s'", { f: "x /s" }, true],
    ["written after contains", "f|contains|windash: ' -f '", { f: "a /f b" }, true],
    ["a wildcard in the value survives", "f|windash: '* -s *'", { f: "cmd /s x" }, true],
    [
      "a wildcard in the value stays a wildcard",
      "f|windash|contains: '-s*x'",
      { f: "cmd /s 12 x" },
      true,
    ],
    ["an escaped asterisk survives", raw`f|windash|contains: ' -\*'`, { f: "a -*" }, true],
    ["an escaped asterisk stays plain", raw`f|windash|contains: ' -a\*'`, { f: "a /ab" }, false],
    ["a backslash survives", raw`f|windash|contains: 'C:\x -f'`, { f: raw`C:\x /f` }, true],
    ["a missing field", "f|windash|contains: ' -f'", {}, false],
  ]),
  ...section("D windash changes a mark that begins a word only (as pySigma)", [
    ["a hyphen inside a name is not a flag", "f|windash|contains: x-y", { f: "x/y" }, false],
    ["a hyphen inside a name stays", "f|windash|contains: x-y", { f: "x-y" }, true],
  ]),
];
