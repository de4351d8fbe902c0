import type { Link } from "./audit_user_events.ts";
import { oneLine } from "../../stream/plain_text.ts";
import { ThousandEyesError, type ThousandEyesErrorCode } from "../errors/thousand_eyes_error.ts";

/**
 * Decides whether a next link may be followed with the token: only to the resource that was requested, only
 * as it stands, and only if it leads on. The link is the far end's word, and the token is at stake.
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
 * @param link The link as it was sent; none means that there is no next page.
 * @param requested The page that the link stood on, itself at the origin of the API.
 * @returns The next page, or `undefined` after the last.
 * @throws {ThousandEyesError} `templated_link`, `malformed_link`, `foreign_link` or `repeated_cursor`.
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
    throw refusal("malformed_link", "it has a user name or a password");
  }
  if (cursorOf(next) === cursorOf(requested)) {
    throw refusal("repeated_cursor", "it leads to the page that it stands on");
  }
  return next;
}

/** What tells the pages of a pass apart: the cursor, or the whole URL where there is none. */
export function cursorOf(url: URL): string {
  return url.searchParams.get("cursor") ?? url.href;
}

/** The API answers with and without a final slash. */
function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/$/, "");
}

function refusal(code: ThousandEyesErrorCode, reason: string): ThousandEyesError {
  return new ThousandEyesError(code, `Cannot follow the next link of a page: ${reason}`);
}
