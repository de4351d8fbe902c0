import { section } from "./spec_case.ts";

const ALL = `
detection:
    keywords_cmdlet:
        '|all':
            - 'OabVirtualDirectory'
            - ' -ExternalUrl '
    condition: keywords_cmdlet`;

const ANY = `
detection:
    mimikatz_keywords:
        - 'event::clear'
        - 'event::drop'
    condition: mimikatz_keywords`;

export const KEYWORDS = [
  ...section("R Keywords search: a list is or", [
    ["the first keyword", ANY, { m: "privilege::debug event::clear" }, true],
    ["the second keyword", ANY, { m: "event::drop" }, true],
    ["no keyword", ANY, { m: "event::list" }, false],
    ["half of a keyword", ANY, { m: "event::", n: "clear" }, false],
    ["any field", ANY, { a: "x", b: 1, c: "EVENT::CLEAR" }, true],
    ["a nested field", ANY, { a: { b: { c: "xx event::drop xx" } } }, true],
    ["an array member", ANY, { a: ["x", "event::drop"] }, true],
    ["an object in an array", ANY, { a: [{ b: "event::drop" }] }, true],
    ["no fields", ANY, {}, false],
    ["null fields", ANY, { a: null }, false],
  ]),
  ...section("R Lists: strings apply to the full log message", [
    ["a keyword is found in the middle", "- EVILSERVICE", { m: "start evilservice now" }, true],
    ["the specification's second keyword", "- 'svchost.exe -n evil'", {
      m: "C:\\svchost.exe -N evil",
    }, true],
    ["a keyword does not reach over two values", "- 'foo bar'", { a: "foo", b: "bar" }, false],
    ["field names are not the message", "- CommandLine", { CommandLine: "x" }, false],
    ["one keyword without a list", "evil", { m: "so evil." }, true],
    ["a wildcard inside", "- 'a*z'", { m: "xx a--z xx" }, true],
    ["a wildcard inside stays in one value", "- 'a*z'", { m: "a", n: "z" }, false],
    ["a question mark inside", "- 'a?z'", { m: "xx a-z xx" }, true],
    ["a question mark inside is one character", "- 'a?z'", { m: "xx a--z xx" }, false],
    ["a dot is plain", "- 'a.z'", { m: "a-z" }, false],
    ["a number as keyword in a string", "- 4688", { m: "event 4688 seen" }, true],
    ["a number as keyword is a value", "- 4688", { id: 4688 }, true],
    ["an empty list is refused", "[]", { m: "x" }, { error: /empty|list|keyword/i }],
  ]),
  ...section("R Keywords search: '|all' is and", [
    ["both in one value", ALL, { m: "Set-OabVirtualDirectory -ExternalUrl http" }, true],
    ["in two values", ALL, { m: "oabvirtualdirectory", n: "x -externalurl y" }, true],
    ["only the first", ALL, { m: "Set-OabVirtualDirectory" }, false],
    ["only the second", ALL, { m: "x -ExternalUrl y" }, false],
    ["none", ALL, { m: "x" }, false],
    ["blanks of a keyword count", ALL, { m: "OabVirtualDirectory-ExternalUrl" }, false],
  ]),
  ...section("Mo with keywords", [
    ["a keyword as regular expression", "'|re': 'ev[i1]l'", { m: "so ev1l" }, true],
    [
      "a keyword as regular expression is case-sensitive",
      "'|re': 'ev[i1]l'",
      { m: "so EV1L" },
      false,
    ],
    ["a cased keyword", "'|cased': Evil", { m: "so Evil" }, true],
    ["a cased keyword in another case", "'|cased': Evil", { m: "so evil" }, false],
    ["contains adds nothing", "'|contains': evil", { m: "so evil!" }, true],
  ]),
  ...section("R Condition with keywords", [
    [
      "not keywords",
      "detection:\n    sel:\n        a: 1\n    keywords:\n        - bad\n    condition: sel and not keywords",
      { a: 1, m: "good" },
      true,
    ],
    [
      "not keywords, found",
      "detection:\n    sel:\n        a: 1\n    keywords:\n        - bad\n    condition: sel and not keywords",
      { a: 1, m: "BAD" },
      false,
    ],
    ["keywords and maps in one list: keyword", "- evil\n- f: x", { m: "evil" }, true],
    ["keywords and maps in one list: map", "- evil\n- f: x", { f: "x" }, true],
    ["keywords and maps in one list: none", "- evil\n- f: x", { f: "y" }, false],
  ]),
  ...section("D keywords with further modifiers", [
    ["contains and all over two values", "'|contains|all': [a, b]", { x: "a", y: "b" }, true],
    ["re and all over two values", "'|re|all': [^a, b$]", { x: "ac", y: "cb" }, true],
    ["endswith some value", "'|endswith': ab", { x: "c", y: "xab" }, true],
    ["endswith no value", "'|endswith': ab", { x: "abc" }, false],
    ["windash", "'|windash': ' -f'", { m: "x /f y" }, true],
    [
      "base64offset and contains",
      "'|base64offset|contains': attack",
      { m: btoa("an attack") },
      true,
    ],
    ["exists is refused", "'|exists': true", {}, { error: /exists.*field/ }],
    ["fieldref is refused", "'|fieldref': a", {}, { error: /fieldref.*field/ }],
    ["cidr is refused", "'|cidr': 10.0.0.0/8", {}, { error: /cidr.*field/ }],
    ["gt is refused", "'|gt': 5", {}, { error: /gt.*field/ }],
    ["null is refused", "- null", {}, { error: /keyword.*null/i }],
    ["an unknown modifier is refused", "'|contain': a", {}, { error: /contains/ }],
  ]),
];
