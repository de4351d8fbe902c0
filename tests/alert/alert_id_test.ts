import { assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { alertId } from "../../src/alert/alert_id.ts";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";

/** RFC 4648 base32 of 20 bytes, the slow way: as one number. */
function base32(bytes: Uint8Array): string {
  let number = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = "";
  for (let digit = 0; digit < 32; digit++, number /= 32n) {
    text = "abcdefghijklmnopqrstuvwxyz234567"[Number(number % 32n)] + text;
  }
  return text;
}

Deno.test("alertId() is the base32 of WebCrypto's SHA-256 over rule, identity and occurrence", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.string(),
      fc.string({ unit: "binary" }),
      fc.nat(),
      async (rule, identity, n) => {
        const text = new TextEncoder().encode(JSON.stringify([rule, identity, n]));
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
        assertEquals(alertId(rule, identity, n), base32(hash.subarray(0, 20)));
      },
    ),
  );
});

Deno.test("alertId() keeps its parts apart", () => {
  const ids = [["a", "bc", 1], ["ab", "c", 1], ["a", "bc", 2], ["a,b", "c", 1], [
    "a",
    "b,c",
    1,
  ]] as const;
  assertEquals(new Set(ids.map((parts) => alertId(parts[0], parts[1], parts[2]))).size, ids.length);
});

Deno.test("alertId() never changes: receivers keep ids", () => {
  assertEquals(
    alertId("te-login-failed", '["1234",null,1700000000000,"Login failed"]', 1),
    "otqhh4ywu2t2s5a5ia2tjykkba2kpq67",
  );
});

Deno.test("the example of docs/http.md has the id that it says, in whatever form the API sends the event", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/http.md", import.meta.url));
  const [, text = ""] = /```json\n(\{\n {2}"ruleId"[^`]*)```/.exec(docs) ?? [];
  const example = JSON.parse(text);
  const event = {
    aid: "1234",
    date: "2024-11-28T08:59:17Z",
    event: "Login failed.",
    ipAddress: "2001:db8::7",
    uid: "245",
    user: "Ada Byron (ada@example.org)",
  };
  const renamed = {
    ...event,
    accountGroupName: "API Sandbox",
    date: "2024-11-28 08:59:17",
    ipAddress: "2001:DB8:0:0::0007",
    user: "Ada Lovelace (ada@example.org)",
    resources: [],
  };
  assertEquals([identityOf(event), identityOf(renamed)], [example.identity, example.identity]);
  assertEquals(alertId(example.ruleId, example.identity, example.occurrence), example.id);
});

Deno.test("alertId() tells sources apart, and that of a single one is what it was without a name", () => {
  const idOf = (source?: string) => alertId("rule", "[]", 1, source);
  assertEquals(idOf("default"), idOf());
  assertEquals(new Set([idOf(), idOf("emea"), idOf("apac")]).size, 3);
});
