import { isLoopback } from "../../stream/fetch.ts";

/** The default address of the API. */
export const DEFAULT_BASE_URL = "https://api.thousandeyes.com/v7";

/**
 * Parses the address of the API. The token goes to its origin, so it must be https, or http on
 * loopback, and must not contain credentials.
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
 * @param baseUrl The address, including the version of the API.
 * @throws {TypeError} If it is not such a URL.
 */
export function parseBaseUrl(baseUrl: string | URL): URL {
  const url = URL.parse(String(baseUrl));
  if (url === null) throw new TypeError("Cannot list audit events: baseUrl is not a URL");
  if (url.username !== "" || url.password !== "") {
    throw new TypeError("Cannot list audit events: baseUrl contains a user name or password");
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback(url.hostname))) {
    throw new TypeError(
      `Cannot list audit events: baseUrl is neither https nor on loopback: ${url.origin}`,
    );
  }
  return url;
}
