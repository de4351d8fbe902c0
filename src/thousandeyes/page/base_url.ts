import { isLoopback } from "../../stream/fetch.ts";

/** The address of the API, if no other is given. */
export const DEFAULT_BASE_URL = "https://api.thousandeyes.com/v7";

/**
 * Reads the address of the API. The token goes to its origin, so it has to be https; http is for loopback
 * only, and a user name or a password in it has no meaning.
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { parseBaseUrl } from "./base_url.ts";
 *
 * assertEquals(parseBaseUrl("http://127.0.0.1:8080/v7").port, "8080");
 * assertThrows(() => parseBaseUrl("http://api.thousandeyes.com/v7"), TypeError);
 * ```
 *
 * @param baseUrl The address, the version of the API included.
 * @throws {TypeError} If it is no such URL.
 */
export function parseBaseUrl(baseUrl: string | URL): URL {
  const url = URL.parse(String(baseUrl));
  if (url === null) throw new TypeError("Cannot list audit events: baseUrl is not a URL");
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("Cannot list audit events: baseUrl has a user name or a password");
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw new TypeError(
      `Cannot list audit events: baseUrl is neither https nor on loopback: ${url.origin}`,
    );
  }
  return url;
}
