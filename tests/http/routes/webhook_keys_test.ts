import { assertEquals } from "@std/assert";
import { LogFixture } from "../log_fixture.ts";

Deno.test("GET /.well-known/webhook-keys lists the public keys, and caches may keep the answer", async () => {
  using fixture = new LogFixture();
  const response = await fixture.app.request("/.well-known/webhook-keys");
  assertEquals(await response.json(), {
    keys: [{ alg: "ed25519", key: "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g=" }],
  });
  assertEquals(response.headers.get("Cache-Control"), "public, max-age=300");
  assertEquals((await fixture.app.request("/.well-known/webhook-keys?a=1")).status, 400);
});
