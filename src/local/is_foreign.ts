/**
 * Whether a request to a server on loopback comes from a web page of somewhere else: a browser on the same machine sends it
 * for any page that asks, under the page's origin, or under a name that was made to lead to 127.0.0.1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isForeign } from "./is_foreign.ts";
 *
 * const from = (headers: Record<string, string>) => isForeign(new Headers(headers), 8788);
 * assertEquals(from({ host: "127.0.0.1:8788" }), false);
 * assertEquals(from({ host: "rebound.example:8788" }), true);
 * assertEquals(from({ host: "127.0.0.1:8788", origin: "https://evil.example" }), true);
 * ```
 *
 * @param headers The header fields of the request.
 * @param port Where the server listens.
 */
export function isForeign(headers: Headers, port: number): boolean {
  const suffix = port === 80 ? "" : `:${port}`;
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => name + suffix);
  if (!hosts.includes(headers.get("host")?.toLowerCase() ?? "")) return true;
  const origin = headers.get("origin");
  if (origin !== null && !hosts.some((host) => origin === `http://${host}`)) return true;
  const site = headers.get("sec-fetch-site"); // browsers send it, and no page can change it
  return site !== null && site !== "same-origin" && site !== "none";
}
