/** The part of `fetch` that Panoptes uses. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

/**
 * Whether a host is this machine, the only one that plain http may reach.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isLoopback } from "./fetch.ts";
 *
 * assert(isLoopback(new URL("http://2130706433:8080/").hostname)); // 127.0.0.1 as one number
 * assert(!isLoopback("localhost.example.com"));
 * ```
 *
 * @param hostname The host of a `URL`, which has already written every form of IPv4 as four
 * numbers.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
