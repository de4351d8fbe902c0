import { isLarger, shorten, shortenText } from "../alert/shorten.ts";
import { isDeeper } from "../stream/deep_json.ts";
import { sha256Hex } from "../stream/sha256_hex.ts";
import type { Resource, UserEvent } from "../thousandeyes/event/user_event.ts";

/** What a shortened event says about the whole, under `_panoptes`. */
export interface ShortenedNote {
  /** Always true. */
  readonly truncated: true;
  /** The size of the whole event as JSON in UTF-8, in bytes. */
  readonly bytes: number;
  /** The SHA-256 of that JSON, in hexadecimal. */
  readonly sha256: string;
}

/** The member that only a shortened event has. */
export const SHORTENED = "_panoptes";

/** A shortened event. */
export type ShortenedEvent = UserEvent<{ [SHORTENED]: ShortenedNote }>;

/**
 * A row may have 2 MB in a Durable Object, and an alert contains the event, the rule and what
 * matched.
 */
const MAX_BODY_BYTES = 1_500_000;
/** `JSON.stringify()` fails on a few thousand levels, and an alert puts the event a level deeper. */
const MAX_DEPTH = 500;

/** How much is kept of a member that the schema knows, ... */
const MAX_TEXT = 1_000;
/** ... of a name in `resources`, ... */
const MAX_NAME = 200;
/** ... and of `resources`. */
const MAX_RESOURCES = 100;
/** How much is kept of all other members, tried in order until they fit. */
const MAX_REST_BYTES = 32_768;
const REST_CUTS = [
  { text: 1_000, members: 50, depth: 6 },
  { text: 200, members: 16, depth: 3 },
  { text: 50, members: 8, depth: 1 },
];

const utf8 = new TextEncoder();

/**
 * Whether an event is recorded shortened: a row cannot hold it, or no JSON writer could write it
 * again.
 *
 * @param event The event.
 * @param text Its JSON.
 * @returns True if it is too large or too deep.
 */
export function isTooLarge(event: UserEvent, text: string): boolean {
  // Each level takes two characters, so hardly any event has to be looked at.
  return isLarger(text, MAX_BODY_BYTES) ||
    text.length > 2 * MAX_DEPTH && isDeeper(event, MAX_DEPTH);
}

/**
 * The form in which an event is recorded that is too large for a row: each long member is cut, and
 * ends with how much is missing and the SHA-256 of the whole member. So two events that differ
 * only beyond a cut stay two events, and anyone who has this form can compute its identity.
 *
 * @example
 * ```ts
 * import { assertEquals, assertMatch } from "@std/assert";
 * import { shortenEvent } from "./shorten_event.ts";
 *
 * const event = { event: "Test deleted.", user: "u".repeat(2_000_000) };
 * const short = shortenEvent(event, JSON.stringify(event));
 * assertEquals(short.event, "Test deleted.");
 * assertMatch(short.user ?? "", /^u{1000}… cut, 1999000 more characters, sha256 [0-9a-f]{64}$/);
 * ```
 *
 * @param event The event.
 * @param text Its JSON.
 * @returns The shortened event, of about 100 kB at most; equal events give equal ones.
 */
export function shortenEvent(event: UserEvent, text: string): ShortenedEvent {
  const { aid, accountGroupName, date, event: what, ipAddress, uid, user, resources, ...rest } =
    event;
  const known = { aid, accountGroupName, date, event: what, ipAddress, uid, user };
  const short: UserEvent<Record<string, unknown>> = {};
  for (const [name, value] of Object.entries(known)) {
    if (value !== undefined) short[name] = cutText(value, MAX_TEXT);
  }
  if (resources !== undefined) short.resources = cutResources(resources);
  const bytes = utf8.encode(text).length;
  const note: ShortenedNote = { truncated: true, bytes, sha256: sha256Hex(text) };
  return { ...short, ...cutRest(rest), [SHORTENED]: note };
}

function cutText(text: string, max: number): string {
  return text.length <= max ? text : `${shortenText(text, max)}, sha256 ${sha256Hex(text)}`;
}

/** Resources are a set: whatever their order, the same are kept. */
function cutResources(resources: readonly Resource[]): Resource[] {
  const named = resources.map(({ type, name }) => ({
    ...(type !== undefined && { type: cutText(type, MAX_NAME) }),
    ...(name !== undefined && { name: cutText(name, MAX_NAME) }),
  }));
  if (named.length <= MAX_RESOURCES) return named;
  const texts = named.map((resource) => JSON.stringify(resource)).sort();
  const kept = texts.slice(0, MAX_RESOURCES).map((text) => JSON.parse(text) as Resource);
  const digest = sha256Hex(texts.join("\n"));
  const more = texts.length - MAX_RESOURCES;
  return [...kept, { type: "… cut", name: `${more} more resources, sha256 ${digest}` }];
}

function cutRest(rest: Record<string, unknown>): Record<string, unknown> {
  for (const cut of REST_CUTS) {
    const short = shorten(rest, cut) as Record<string, unknown>;
    if (!isLarger(JSON.stringify(short), MAX_REST_BYTES)) return short;
  }
  return {};
}
