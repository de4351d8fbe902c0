/**
 * Every way in which the emulator can deviate from the ordinary API, with what it does then. Some
 * are just other responses that the API may give, and some are broken on purpose.
 */
export const FAULTS = {
  "ascending-order": "Pages run from the oldest event to the newest",
  "next-omitted-on-last-page":
    "The last page with events has no next link, so no empty page ends a pass",
  "null-next": "The last page has a next link of null instead of none",
  "empty-resources": "An event without resources has an empty list",
  "null-resources": "An event without resources has null",
  "missing-ip-address": "One event in three has no ipAddress, always the same ones",
  "null-members": "Members that an event does not have are null",
  "unknown-members": "Undocumented members in the page, its events, resources and links",
  "numeric-ids": "aid and uid are numbers",
  "other-date-forms": "Dates with fractions, with an offset, and with a space and no zone",
  "invalid-event": "One item that is not an event, among the valid ones of each page that has any",
  "repeated-cursor": "From the second page on, next has the cursor of its own page",
  "next-other-host": "The next link leads to another origin",
  "templated-next": "The next link is a URI template",
  "empty-pages": "Each page is preceded by an empty one with a next link",
  "endless-pages": "The last event is followed by empty pages with new cursors, without end",
  "expired-cursor": "400 to every request that has a cursor",
  "title-only-400": "A 400 has title, status and instance only, no errors",
  "old-error-shape": "400 in the shape of the older API: timestamp, httpStatus, errors, path",
  "forbidden": "403 as a problem document, with another status in its body",
  "empty-404": "404 without a body",
  "too-many-requests": "429 as a problem document, with the rate headers",
  "too-many-requests-no-reset": "429 without X-Organization-Rate-Limit-Reset",
  "server-error": "500 as a problem document",
  "html-502": "502 with a proxy's HTML page",
  "maintenance-503": "503 as a problem document",
  "redirect": "302 to the same path on another origin",
  "not-json": "200 with plain text under the API's media type",
  "json-cut-short": "200 whose body ends in the middle of the JSON",
  "body-cut-short": "200 whose connection breaks in the middle of the body",
  "slow-body": "200 that pauses in the middle of the body",
  "slow-answer": "200 whose headers come late",
} as const satisfies Record<string, string>;

/** The name of a fault mode. */
export type FaultName = keyof typeof FAULTS;

/**
 * Whether a string is the name of a fault mode.
 *
 * @param text Any string.
 */
export function isFaultName(text: string): text is FaultName {
  return Object.hasOwn(FAULTS, text);
}
