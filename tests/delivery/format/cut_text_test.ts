import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { CUT_NOTE, cutText, sizeInBytes } from "../../../src/delivery/format/cut_text.ts";

const html = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const letters = new Intl.Segmenter("en", { granularity: "grapheme" });

Deno.test("cutText() keeps what fits, and cuts one unit above it with a visible note", () => {
  for (const text of ["x".repeat(20), "é".repeat(20), "😀".repeat(10)]) {
    assertEquals(cutText(text, text.length), text);
    assertEquals(cutText(text, text.length + 1), text);
    const cut = cutText(text, text.length - 1);
    assert(cut.length < text.length && cut.endsWith(CUT_NOTE), cut);
  }
});

Deno.test("cutText() splits no letter: no pair, no accents, no flag and no family", () => {
  for (const letter of ["😀", "e\u0301\u0323", "🇵🇹", "👩‍👩‍👧", "שָׁ"]) {
    const text = letter.repeat(50);
    for (let max = CUT_NOTE.length; max < text.length; max++) {
      const kept = cutText(text, max).slice(0, -CUT_NOTE.length);
      assertEquals(kept, letter.repeat(kept.length / letter.length), `${letter} at ${max}`);
    }
  }
});

Deno.test("cutText() splits a letter with a hundred accents between code points rather than lose all", () => {
  const kept = cutText("e" + "\u0301".repeat(1_000), 300);
  assertEquals(kept, "e" + "\u0301".repeat(300 - 1 - CUT_NOTE.length) + CUT_NOTE);
});

Deno.test("cutText() has no room for less than its note", () => {
  assertEquals(cutText("x".repeat(20), CUT_NOTE.length), CUT_NOTE);
  assertEquals(cutText("x".repeat(20), CUT_NOTE.length - 1), "");
});

Deno.test("cutText() never exceeds its limit, is well-formed, and cuts as little as it can", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 200 }).map((text) => text.toWellFormed());
  const way = fc.constantFrom(
    {},
    { write: html },
    { sizeOf: sizeInBytes },
    { write: html, sizeOf: sizeInBytes },
  );
  fc.assert(fc.property(text, fc.nat(300), way, (text, max, way) => {
    const { write = (text: string) => text, sizeOf = (text: string) => text.length } = way as
      & Parameters<typeof cutText>[2]
      & object;
    const cut = cutText(text, max, way);
    assert(sizeOf(cut) <= max && cut.isWellFormed());
    if (sizeOf(write(text)) <= max) return assertEquals(cut, write(text));
    if (cut === "") return assert(sizeOf(write(CUT_NOTE)) > max);
    const ends = [...letters.segment(text)].map(({ index }) =>
      write(text.slice(0, index) + CUT_NOTE)
    );
    assertEquals(cut, ends.findLast((written) => sizeOf(written) <= max));
  }));
});
