import type { Page } from "./page.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/**
 * A page is valid, but its next link must not be followed: the pass cannot be read to its end, and
 * must not count as complete. `code` says what is wrong with the link.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { RefusedLinkError } from "./refused_link_error.ts";
 * import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";
 *
 * const refusal = new ThousandEyesError("templated_link", "Cannot follow the next link of a page");
 * const page = { events: [], invalid: [], next: undefined, bytes: 2 };
 * const error = new RefusedLinkError(refusal, page);
 * assertEquals(error.code, "templated_link");
 * ```
 */
export class RefusedLinkError extends ThousandEyesError {
  /** The name of the class, as stack traces show it. */
  override name = "RefusedLinkError";
  /** The page, for callers that want its events anyway; not enumerable, so that logs stay short. */
  declare readonly page: Page;

  /**
   * Makes the error from the refusal of the link.
   *
   * @param refusal What is wrong with the link.
   * @param page The page with the link; its `next` is undefined.
   */
  constructor(refusal: ThousandEyesError, page: Page) {
    super(refusal.code, refusal.message, {
      cause: refusal,
      status: 200,
      ...(page.rateLimit !== undefined && { rateLimit: page.rateLimit }),
      ...(page.apiTime !== undefined && { apiTime: page.apiTime }),
    });
    Object.defineProperty(this, "page", { value: page });
  }
}
