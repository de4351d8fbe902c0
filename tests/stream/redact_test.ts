import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { redactor } from "../../src/stream/redact.ts";

const TOKEN = "8f14e45f-ceea-467f-a8b1-3c6e0f2d9a77";
const redact = redactor(TOKEN);

const INNOCENT = [
  "",
  "Cannot list audit events: 401: invalid_token",
  "no complete response within 30000 ms",
  "100% of \\d+ &amp; café 𝒳 \u200b zero-width, C:\\temp\\u0041",
  "8f14e4 is a part of it that is too short",
];
for (const text of INNOCENT) {
  Deno.test(`redactor() leaves alone what has no secret: ${JSON.stringify(text)}`, () => {
    assertEquals(redact(text), text);
  });
}

Deno.test("redactor() leaves what surrounds a secret as it was, escapes included", () => {
  assertEquals(
    redact(`a%20b &lt;${TOKEN}&gt; \\u0041 ${TOKEN.toUpperCase()}${TOKEN}!`),
    "a%20b &lt;[redacted]&gt; \\u0041 [redacted]!",
  );
});

Deno.test("redactor() takes out a part of eight characters, as a text that was cut ends with", () => {
  for (let length = 8; length < TOKEN.length; length++) {
    assertEquals(redact(`Bad token ${TOKEN.slice(0, length)}…`), "Bad token [redacted]…");
    assertEquals(redact(`…${TOKEN.slice(-length)} is bad`), "…[redacted] is bad");
  }
});

Deno.test("redactor() takes out each of several secrets, and ignores what is no secret", () => {
  const both = redactor("", "abc", TOKEN, "hunter2");
  assertEquals(both(`abc hunter2 ${TOKEN}`), "abc [redacted] [redacted]");
});

Deno.test("redactor() finds a secret in any text, in any case and percent-encoded in any part", () => {
  const around = fc.string({ unit: "binary", maxLength: 30 });
  fc.assert(
    fc.property(around, around, fc.infiniteStream(fc.nat(4)), (before, after, ways) => {
      const spelt = TOKEN.split("").map((unit) => {
        const { value } = ways.next();
        const digits = unit.charCodeAt(0).toString(16);
        return [unit, unit.toUpperCase(), `%${digits}`, `\\u00${digits}`, `&#x${digits};`][value!];
      }).join("");
      const shown = redact(`${before} ${spelt} ${after}`);
      assert(!shown.includes(spelt), shown);
      assert(shown.includes("[redacted]"));
      assert(shown.startsWith(before) && shown.endsWith(after));
    }),
  );
});

Deno.test("redactor() cuts what is too long for a message", () => {
  assertEquals(redact("x".repeat(1e6)).length, 65_537);
});
