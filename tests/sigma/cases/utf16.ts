import { section } from "./spec_case.ts";

/** Base64 of a text in UTF-16. */
function base64OfUtf16(text: string, bigEndian = false, mark = false): string {
  const units = [...(mark ? [0xfeff] : []), ...text.split("").map((unit) => unit.charCodeAt(0))];
  const bytes = units.flatMap((unit) =>
    bigEndian ? [unit >> 8, unit & 0xff] : [unit & 0xff, unit >> 8]
  );
  return btoa(String.fromCharCode(...bytes));
}

export const UTF16 = [
  ...section("Mo utf16le, wide", [
    ["cmd is 63 00 6d 00 64 00", "f|utf16le|base64: cmd", { f: "YwBtAGQA" }, true],
    ["big end first is not little end first", "f|utf16le|base64: cmd", { f: "AGMAbQBk" }, false],
    ["wide is the same", "f|wide|base64: cmd", { f: "YwBtAGQA" }, true],
    ["wide is not UTF-8", "f|wide|base64: cmd", { f: "Y21k" }, false],
    ["with base64offset, nothing before", "f|wide|base64offset|contains: ping", {
      f: base64OfUtf16("ping a"),
    }, true],
    ["with base64offset, one character before", "f|wide|base64offset|contains: ping", {
      f: base64OfUtf16("xping a"),
    }, true],
    ["with base64offset, two characters before", "f|wide|base64offset|contains: ping", {
      f: base64OfUtf16("xxping a"),
    }, true],
    ["with base64offset, not there", "f|wide|base64offset|contains: ping", {
      f: base64OfUtf16("xxpong a"),
    }, false],
    ["with base64offset, in UTF-8 only", "f|wide|base64offset|contains: ping", {
      f: btoa("xxping a"),
    }, false],
    ["utf16le with base64offset", "f|utf16le|base64offset|contains: ping", {
      f: base64OfUtf16("say ping"),
    }, true],
    ["letters beyond ASCII", "f|utf16le|base64: 'é'", { f: base64OfUtf16("é") }, true],
    ["letters beyond one byte", "f|wide|base64: 'Ω'", { f: base64OfUtf16("Ω") }, true],
    ["a pair of surrogates", "f|utf16le|base64: '😀'", { f: base64OfUtf16("😀") }, true],
    ["the encoded text itself", "f|utf16le: cmd", { f: "c\0m\0d\0" }, true],
    ["the encoded text is not the plain text", "f|utf16le: cmd", { f: "cmd" }, false],
    ["a list is or", "f|wide|base64: [cmd, ping]", { f: base64OfUtf16("ping") }, true],
  ]),
  ...section("Mo utf16be", [
    ["cmd is 00 63 00 6d 00 64", "f|utf16be|base64: cmd", { f: "AGMAbQBk" }, true],
    ["little end first is not big end first", "f|utf16be|base64: cmd", { f: "YwBtAGQA" }, false],
    ["with base64offset", "f|utf16be|base64offset|contains: ping", {
      f: base64OfUtf16("xping a", true),
    }, true],
    ["letters beyond one byte", "f|utf16be|base64: 'Ω'", { f: base64OfUtf16("Ω", true) }, true],
  ]),
  ...section("Mo utf16: a byte order mark before", [
    ["cmd is FF FE 63 00 6d 00 64 00", "f|utf16|base64: cmd", { f: "//5jAG0AZAA=" }, true],
    ["computed", "f|utf16|base64: ping", { f: base64OfUtf16("ping", false, true) }, true],
    ["without the mark is another string", "f|utf16|base64: cmd", { f: "YwBtAGQA" }, false],
    ["big end first has another mark", "f|utf16|base64: cmd", {
      f: base64OfUtf16("cmd", true, true),
    }, false],
  ]),
  ...section("R Value Modifiers: applied in the written order", [
    ["base64 then wide is another string", "f|base64|wide: cmd", { f: "YwBtAGQA" }, false],
    ["base64 then wide", "f|base64|wide: cmd", { f: "Y\x002\x001\0k\0" }, true],
    ["a wildcard is refused before base64", "f|wide|base64: 'a*'", { f: "x" }, {
      error: /wildcard/i,
    }],
  ]),
];
