import type { Page } from "./page.ts";
import type { PageOptions } from "./page_options.ts";

/**
 * Reads one page of the activity log: requests it, repeats what may succeed the next time, and checks it.
 *
 * @param url The first page, as `firstPageUrl()` makes it, or the `next` of another page.
 * @param options Token, network, time and limits.
 * @returns The page, checked; `next` is safe to be read in turn.
 * @throws {ThousandEyesError} What is left when the attempts are used up, or cannot be repeated.
 */
export function readPage(_url: URL, _options: PageOptions): Promise<Page> {
  return Promise.reject(new Error("Cannot read a page: not there yet"));
}
