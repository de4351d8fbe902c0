import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { happenedAt, wellFormedJson } from "../../../src/delivery/format/message_data.ts";
import { closed, created, folded, operational } from "../../support/receivers/contents.ts";

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

Deno.test("happenedAt() is the date of the last event, the end of the repeats, or else when it was recorded", () => {
  const at = Date.parse("2026-11-22T10:00:05.250Z");
  assertEquals(happenedAt(created()), Date.parse("2026-11-22T10:00:00Z"));
  assertEquals(happenedAt(folded()), Date.parse("2026-11-23T10:00:00Z"));
  assertEquals(happenedAt(closed()), at);
  assertEquals(happenedAt(operational()), at);
});
