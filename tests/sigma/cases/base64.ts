import { section } from "./spec_case.ts";

/** Base64 of the UTF-8 bytes of a text. */
function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

const OFFSET = "f|base64offset|contains: 'http://'";

export const BASE64 = [
  ...section("Mo base64", [
    ["the encoded value", "f|base64: foobar", { f: "Zm9vYmFy" }, true],
    ["not the plain value", "f|base64: foobar", { f: "foobar" }, false],
    ["with one padding sign", "f|base64: foobars1", { f: "Zm9vYmFyczE=" }, true],
    ["with two padding signs", "f|base64: a", { f: "YQ==" }, true],
    ["without the padding it needs", "f|base64: a", { f: "YQ" }, false],
    ["the whole value", "f|base64: foobar", { f: "xZm9vYmFy" }, false],
    ["with contains", "f|base64|contains: foobar", { f: "powershell -e Zm9vYmFy" }, true],
    ["with contains, none", "f|base64|contains: foobar", { f: "powershell -e Zm9vYmF" }, false],
    ["of UTF-8 bytes", "f|base64: 'é'", { f: "w6k=" }, true],
    ["of four UTF-8 bytes", "f|base64: '😀'", { f: base64("😀") }, true],
    ["a list is or", "f|base64: [foo, bar]", { f: "YmFy" }, true],
    [
      "plus and slash are the alphabet's last",
      String.raw`f|base64: '>>>\?\?\?'`,
      { f: "Pj4+Pz8/" },
      true,
    ],
    ["a missing field", "f|base64: foobar", {}, false],
    ["a wildcard is refused", "f|base64: 'foo*'", { f: "Zm9v" }, { error: /wildcard/i }],
    ["a question mark is refused", "f|base64: 'foo?'", { f: "Zm9v" }, { error: /wildcard/i }],
    ["an escaped wildcard is encoded", String.raw`f|base64: 'foo\*'`, { f: base64("foo*") }, true],
    ["the wildcards of contains are refused", "f|contains|base64: foo", { f: "Zm9v" }, {
      error: /wildcard|order/i,
    }],
    ["null is refused", "f|base64: null", { f: "" }, { error: /base64|text|string|null/i }],
  ]),
  ...section("Mo base64offset: shifts by zero to two bytes", [
    ["nothing before", OFFSET, { f: base64("http://a.b") }, true],
    ["one byte before", OFFSET, { f: base64("xhttp://a.b") }, true],
    ["two bytes before", OFFSET, { f: base64("xxhttp://a.b") }, true],
    ["three bytes before", OFFSET, { f: base64("xxxhttp://a.b") }, true],
    ["four bytes before", OFFSET, { f: base64("xxxxhttp://a.b") }, true],
    ["five bytes before", OFFSET, { f: base64("xxxxxhttp://a.b") }, true],
    ["nothing after", OFFSET, { f: base64("xhttp://") }, true],
    ["inside a command", OFFSET, { f: `powershell -enc ${base64("get http://a.b")} -x` }, true],
    ["not there", OFFSET, { f: base64("see https://a.b") }, false],
    ["plain text is not encoded", OFFSET, { f: "http://a.b" }, false],
    ["a list is or", "f|base64offset|contains: [attack, defend]", { f: base64("we defend") }, true],
    [
      "a list is or, none",
      "f|base64offset|contains: [attack, defend]",
      { f: base64("we sleep") },
      false,
    ],
    ["bytes, not characters: nothing before", "f|base64offset|contains: 'größe'", {
      f: base64("größe x"),
    }, true],
    ["bytes, not characters: one byte before", "f|base64offset|contains: 'größe'", {
      f: base64("xgröße x"),
    }, true],
    ["bytes, not characters: two bytes before", "f|base64offset|contains: 'größe'", {
      f: base64("égröße x"),
    }, true],
    ["one character of two bytes does not match everything", "f|base64offset|contains: 'é'", {
      f: "hello, this is plain",
    }, false],
    [
      "one character of two bytes is found",
      "f|base64offset|contains: 'é'",
      { f: base64("é") },
      true,
    ],
    ["a wildcard is refused", "f|base64offset|contains: 'ab*'", { f: "x" }, { error: /wildcard/i }],
  ]),
  ...section("D base64 of too little is refused", [
    ["one byte is in everything at some offset", "f|base64offset|contains: a", { f: "x" }, {
      error: /short|everything/i,
    }],
    ["nothing to encode", "f|base64: ''", { f: "" }, { error: /nothing|empty/i }],
    ["a number is its digits", "f|base64: 5", { f: "NQ==" }, true],
  ]),
];
