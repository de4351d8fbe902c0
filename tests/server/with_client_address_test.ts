import { assertEquals } from "@std/assert";
import { clientAddress } from "../../src/http/access/client_address.ts";
import { withClientAddress } from "../../src/server/with_client_address.ts";

const PROXIES = new Set(["127.0.0.1", "10.0.0.5"]);

const CASES: [what: string, peer: string, headers: Record<string, string>, client: string][] = [
  ["a client's own claim", "192.0.2.7", { "x-forwarded-for": "198.51.100.1" }, "192.0.2.7"],
  [
    "Cloudflare's header from a client",
    "192.0.2.7",
    { "cf-connecting-ip": "1.1.1.1" },
    "192.0.2.7",
  ],
  [
    "Cloudflare's header through a proxy",
    "127.0.0.1",
    { "cf-connecting-ip": "1.1.1.1" },
    "127.0.0.1",
  ],
  ["a proxy", "127.0.0.1", { "x-forwarded-for": "192.0.2.7" }, "192.0.2.7"],
  ["a proxy as IPv6", "::ffff:127.0.0.1", { "x-forwarded-for": "::ffff:192.0.2.7" }, "192.0.2.7"],
  [
    "a claim before a proxy's entry",
    "127.0.0.1",
    { "x-forwarded-for": "1.1.1.1, 192.0.2.7" },
    "192.0.2.7",
  ],
  [
    "two proxies",
    "127.0.0.1",
    { "x-forwarded-for": "1.1.1.1, 2001:db8::7, 10.0.0.5" },
    "2001:db8::7",
  ],
  ["what is no address", "127.0.0.1", { "x-forwarded-for": "1.1.1.1, <script>" }, "127.0.0.1"],
  ["nothing", "127.0.0.1", {}, "127.0.0.1"],
];

Deno.test("the address of a client is that of its connection, or what a trusted proxy says", () => {
  for (const [what, peer, headers, client] of CASES) {
    const request = new Request("https://panoptes.example/v1/status", { headers });
    assertEquals(clientAddress(withClientAddress(request, peer, PROXIES).headers), client, what);
  }
});
