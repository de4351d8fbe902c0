import type { Page } from "./page.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/**
 * A page that is good, but whose next link must not be followed: the pass cannot be read to its end, and
 * must not count as read. `code` says what is wrong with the link.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RefusedLinkError } from "./refused_link_error.ts";
 * import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
 *
 * const refusal = new ThousandEyesError("templated_link", "Cannot follow the next link of a page");
 * const error = new RefusedLinkError(refusal, { events: [], invalid: [], next: undefined, bytes: 2 });
 * assertEquals(error.code, "templated_link");
 * ```
 */
export class RefusedLinkError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "RefusedLinkError";
  /** The page, for whoever wants its events nevertheless; not enumerable, so that logs stay short. */
  declare readonly page: Page;

  /**
   * Makes the error of a link from the refusal itself.
   *
   * @param refusal What is wrong with the link.
   * @param page The page that the link stands on, with `next` undefined.
   */
  constructor(refusal: ThousandEyesError, page: Page) {
    super(refusal.code, refusal.message, {
      cause: refusal,
      status: 200,
      ...(page.rateLimit !== undefined && { rateLimit: page.rateLimit }),
    });
    Object.defineProperty(this, "page", { value: page });
  }
}
