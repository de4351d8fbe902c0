import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { formatLastEventId, parseLastEventId } from "../../src/sse/last_event_id.ts";

Deno.test("parseLastEventId() reads what formatLastEventId() wrote", () => {
  const epoch = fc.stringMatching(/^[A-Za-z0-9_-]{1,32}$/);
  fc.assert(fc.property(epoch, fc.maxSafeNat(), (epoch, seq) => {
    assertEquals(parseLastEventId(formatLastEventId({ epoch, seq })), { epoch, seq });
  }));
});

for (
  const text of [
    "",
    ".",
    "k3",
    "k3.",
    ".1",
    "k3.-1",
    "k3.1.2",
    "k3.01",
    "k3.1e3",
    "k3.0x1",
    "k3. 1",
    " k3.1",
    "k3.1\n",
    "k3.9007199254740992",
    "k3.99999999999999999",
    "é.1",
    "k3.1\0",
    `${"k".repeat(33)}.1`,
  ]
) {
  Deno.test(`parseLastEventId() takes ${JSON.stringify(text)} for an invalid id`, () => {
    assertEquals(parseLastEventId(text), undefined);
  });
}

Deno.test("parseLastEventId() does not examine an id of a million characters", () => {
  assertEquals(parseLastEventId("k".repeat(1_000_000) + ".1"), undefined);
});
