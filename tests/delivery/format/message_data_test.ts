import { assertEquals } from "@std/assert";
import { happenedAt } from "../../../src/delivery/format/message_data.ts";
import { closed, created, folded, operational } from "../../support/receivers/contents.ts";

Deno.test("happenedAt() is the date of the last event, the end of the repeats, or else when it was recorded", () => {
  const at = Date.parse("2026-11-22T10:00:05.250Z");
  assertEquals(happenedAt(created()), Date.parse("2026-11-22T10:00:00Z"));
  assertEquals(happenedAt(folded()), Date.parse("2026-11-23T10:00:00Z"));
  assertEquals(happenedAt(closed()), at);
  assertEquals(happenedAt(operational()), at);
});
