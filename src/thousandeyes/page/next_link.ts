import * as v from "valibot";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
import { type Link, LinkSchema } from "./audit_user_events.ts";

/**
 * Finds the link to the next page among the links of a page. HAL allows a list of links in place of
 * one; the first of them counts.
 *
 * What is there but is not a link must not pass for the end of the log. It does not spoil the page
 * either: its events are good.
 *
 * @see {@link https://datatracker.ietf.org/doc/html/draft-kelly-json-hal-11#section-4.1}
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { nextLinkOf } from "./next_link.ts";
 *
 * assertEquals(nextLinkOf({ next: [{ href: "?cursor=b2Zm" }] }), { href: "?cursor=b2Zm" });
 * assertEquals(nextLinkOf({ self: { href: "?" } }), undefined);
 * assertThrows(() => nextLinkOf({ next: {} }), Error, "href is missing, not a string");
 * ```
 *
 * @param links `_links` as it was sent.
 * @returns The link; `undefined` if the page names none, and so is the last.
 * @throws {ThousandEyesError} `malformed_link` if `_links` or `next` is something else.
 */
export function nextLinkOf(links: unknown): Link | undefined {
  if (links === undefined || links === null) return undefined;
  if (!isObject(links)) throw refusal("_links", links, "an object");
  const { next } = links;
  if (next === undefined || next === null) return undefined;
  const link: unknown = Array.isArray(next) && next.length > 0 ? next[0] : next;
  if (!isObject(link)) throw refusal("next", link, "a link");
  if (typeof link.href !== "string") throw refusal("href", link.href, "a string");
  const parsed = v.safeParse(LinkSchema, link);
  if (!parsed.success) throw refusal("templated", link.templated, "true or false");
  return parsed.output;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Names the type of what was found, not its value, which may be anything. */
function refusal(name: string, found: unknown, wanted: string): ThousandEyesError {
  const message = `Cannot follow the next link of a page: ${name} is ${
    typeOf(found)
  }, not ${wanted}`;
  return new ThousandEyesError("malformed_link", message);
}

function typeOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
