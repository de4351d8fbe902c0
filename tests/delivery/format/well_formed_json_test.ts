import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { wellFormedJson } from "../../../src/delivery/format/well_formed_json.ts";

Deno.test("wellFormedJson() replaces half of a pair, and nothing that only looks like one", () => {
  const rows: [text: string, read: string][] = [
    ["\ud83d", "\ufffd"],
    ["\ude00\ud83d", "\ufffd\ufffd"],
    ["😀", "😀"],
    ["\\ud83d", "\\ud83d"],
    ["\\\ud83d", "\\\ufffd"],
    ["\\\\ud83d\ud83d\\", "\\\\ud83d\ufffd\\"],
    ['"\u0000\u2028', '"\u0000\u2028'],
  ];
  for (const [text, read] of rows) {
    assertEquals(JSON.parse(wellFormedJson({ [text]: [text] })), { [read]: [read] });
  }
});

Deno.test("wellFormedJson() is JSON of the same value, whatever its strings hold", () => {
  const unit = fc.constantFrom("\\", "u", "d", "8", "3", "\ud83d", "\ude00", '"', "\n", "é");
  fc.assert(
    fc.property(fc.array(fc.string({ unit })), (texts) => {
      const json = wellFormedJson(texts);
      assert(json.isWellFormed());
      assertEquals(JSON.parse(json), texts.map((text) => text.toWellFormed()));
    }),
    { numRuns: 500 },
  );
});
