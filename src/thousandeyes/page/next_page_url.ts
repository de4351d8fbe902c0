import type { Link } from "./audit_user_events.ts";
import { oneLine } from "../../stream/plain_text.ts";
import { ThousandEyesError, type ThousandEyesErrorCode } from "../errors/thousand_eyes_error.ts";

/**
 * Decides whether a next link may be followed with the token: only if it leads to the same resource
 * at the same origin, is not a template, and leads to another page. The link comes from outside,
 * and the token is at stake.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/pagination/}
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { nextPageUrl } from "./next_page_url.ts";
 *
 * const requested = new URL("https://api.thousandeyes.com/v7/audit-user-events");
 * const next = nextPageUrl({ href: `${requested}?cursor=b2Zm` }, requested);
 * assertEquals(next?.searchParams.get("cursor"), "b2Zm");
 * assertThrows(() => nextPageUrl({ href: "https://evil.example/?cursor=b2Zm" }, requested));
 * ```
 *
 * @param link The link as it was sent; `undefined` means that there is no next page.
 * @param requested The URL of the page with the link, itself at the origin of the API.
 * @returns The URL of the next page, or `undefined` after the last.
 * @throws {ThousandEyesError} `templated_link`, `malformed_link`, `foreign_link` or
 * `repeated_cursor`.
 */
export function nextPageUrl(link: Link | undefined, requested: URL): URL | undefined {
  if (link === undefined) return undefined;
  if (link.templated === true) throw refusal("templated_link", "it is a template");
  const next = URL.parse(link.href, requested);
  if (next === null) throw refusal("malformed_link", "it is not a URL");
  next.hash = "";
  // Not `origin`: that of blob:https://host/ is https://host too.
  if (next.protocol !== requested.protocol || next.host !== requested.host) {
    throw refusal("foreign_link", oneLine(`it leads to ${next.protocol}//${next.host}`));
  }
  if (pathOf(next) !== pathOf(requested)) throw refusal("foreign_link", "it leads to another path");
  if (next.username !== "" || next.password !== "") {
    throw refusal("malformed_link", "it contains a user name or password");
  }
  if (cursorOf(next) === cursorOf(requested)) {
    throw refusal("repeated_cursor", "it leads to its own page");
  }
  return next;
}

/** What identifies a page within a pass: its cursor, or the whole URL if it has none. */
export function cursorOf(url: URL): string {
  return url.searchParams.get("cursor") ?? url.href;
}

/** The API accepts the path with and without a final slash. */
function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, "");
}

function refusal(code: ThousandEyesErrorCode, reason: string): ThousandEyesError {
  return new ThousandEyesError(code, `Cannot follow the next link of a page: ${reason}`);
}
