import * as v from "valibot";
import { type AuditUserEvents, AuditUserEventsSchema } from "./audit_user_events.ts";
import { checkUserEvents } from "./check_user_events.ts";
import { withoutToken } from "./echoed_token.ts";
import { redactor } from "../../stream/redact.ts";
import { oneLine } from "../../stream/plain_text.ts";
import type { InvalidUserEvent } from "./page.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
import type { UserEvent } from "../event/user_event.ts";

/** The body of a page, parsed and checked. */
export interface DecodedPage {
  /** The events that match the schema, in the order of the API. */
  events: UserEvent[];
  /** The items that are not valid events. */
  invalid: InvalidUserEvent[];
  /** `_links` as it was sent; `nextLinkOf()` reads it. */
  links: unknown;
  /** The start of the range as the API resolved it. */
  startDate: string | undefined;
  /** The end of the range as the API resolved it. */
  endDate: string | undefined;
}

const decoder = new TextDecoder();

/**
 * Decodes the bytes of a page: text, then JSON, then the schemas.
 *
 * Not `Response.json()`, which takes twice as long in workerd.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodePage } from "./decode_page.ts";
 *
 * const bytes = new TextEncoder().encode('{"auditEvents":[{"event":"Login failed."},7]}');
 * const page = decodePage(bytes);
 * assertEquals(page.events, [{ event: "Login failed." }]);
 * assertEquals(page.invalid[0]?.value, 7);
 * ```
 *
 * @param bytes The whole body, UTF-8.
 * @param token The token that was sent, to take out of the page.
 * @throws {ThousandEyesError} `not_json`, or `wrong_shape` if it is JSON but not a page.
 */
export function decodePage(bytes: Uint8Array, token?: string): DecodedPage {
  const { auditEvents, _links, startDate, endDate } = parsePage(decoder.decode(bytes), token);
  const { events, invalid } = checkUserEvents(auditEvents ?? []);
  if (token !== undefined && invalid.length > 0) {
    const redact = redactor(token);
    for (const one of invalid) one.issues = one.issues.map(redact);
  }
  return { events, invalid, links: _links, startDate, endDate };
}

function parsePage(text: string, token: string | undefined): AuditUserEvents {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    const message = "Cannot read a page: the body is not JSON, or was cut short";
    throw new ThousandEyesError("not_json", message, { cause, retryable: true });
  }
  if (token !== undefined) body = withoutToken(text, body, token);
  const page = v.safeParse(AuditUserEventsSchema, body);
  if (!page.success) {
    const cause = new v.ValiError(page.issues);
    cause.message = oneLine(cause.message); // it quotes the input
    throw new ThousandEyesError("wrong_shape", `Cannot read a page: ${cause.message}`, { cause });
  }
  const { auditEvents, _links, startDate: _start, endDate: _end, ...others } = page.output;
  if (auditEvents !== undefined) return page.output;
  // No member is required, but neither a body with none of them nor one with the events under
  // another name must pass for the end of the log.
  const renamed = Object.keys(others).find((name) => Array.isArray(others[name]));
  if (_links !== undefined && renamed === undefined) return page.output;
  const found = renamed === undefined
    ? "the body has neither auditEvents nor _links"
    : oneLine(`the body has no auditEvents, but an array called ${renamed}`);
  throw new ThousandEyesError("wrong_shape", `Cannot read a page: ${found}`);
}
