import { assertEquals } from "@std/assert";
import { foldText } from "../../src/sigma/fold.ts";

const LAST_POINT = 0x1ffff;

Deno.test("foldText() folds every code point as the runtime's simple case folding does", () => {
  const characters: string[] = [];
  for (let point = 0; point <= LAST_POINT; point++) {
    if (point < 0xd800 || point > 0xdfff) characters.push(String.fromCodePoint(point));
  }
  const byFold = Map.groupBy(characters, foldText);
  const everything = characters.join("");
  for (const same of byFold.values()) {
    const [first] = same as [string];
    const isAlone = same.length === 1 && first.toLowerCase() === first &&
      first.toUpperCase() === first;
    if (isAlone) continue;
    const expression = new RegExp(`\\u{${first.codePointAt(0)!.toString(16)}}`, "giu");
    assertEquals(same, everything.match(expression), first);
  }
});

Deno.test("foldText() keeps the length and lone surrogates", () => {
  for (const text of ["İ", "ß", "ﬃ", "\ud800x", "x\udc00", "\u{10400}Å"]) {
    assertEquals(foldText(text).length, text.length);
  }
  assertEquals(foldText("\ud800X"), "\ud800x");
});
