import { cursorOf } from "./next_page_url.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/** More pages than any real pass has: a limit against links that never end. */
const MAX_PAGES = 10_000;

/**
 * The pages of one pass so far. It detects links that lead in a circle or never end.
 *
 * @example
 * ```ts
 * import { assertThrows } from "@std/assert";
 * import { PageTrail } from "./page_trail.ts";
 *
 * const trail = new PageTrail();
 * trail.add(new URL("https://api.thousandeyes.com/v7/audit-user-events?cursor=a"));
 * trail.add(new URL("https://api.thousandeyes.com/v7/audit-user-events?cursor=b"));
 * assertThrows(() => trail.add(new URL("https://api.thousandeyes.com/v7/x?cursor=a")));
 * ```
 */
export class PageTrail {
  readonly #maxPages: number;
  readonly #cursors = new Set<string>();

  /**
   * Begins a pass.
   *
   * @param options `maxPages` is the maximum number of pages of the pass; 10,000 by default.
   */
  constructor({ maxPages = MAX_PAGES }: { maxPages?: number | undefined } = {}) {
    this.#maxPages = maxPages;
  }

  /**
   * Adds a page that is about to be read.
   *
   * @param url The URL of the page.
   * @throws {ThousandEyesError} `repeated_cursor` or `too_many_pages`.
   */
  add(url: URL): void {
    const cursor = cursorOf(url);
    if (this.#cursors.has(cursor)) {
      throw new ThousandEyesError(
        "repeated_cursor",
        `Cannot continue: a next link leads back to a page already read, after ${this.#cursors.size}`,
      );
    }
    if (this.#cursors.size >= this.#maxPages) {
      throw new ThousandEyesError(
        "too_many_pages",
        `Cannot continue: the pass has more than ${this.#maxPages} pages`,
      );
    }
    this.#cursors.add(cursor);
  }
}
