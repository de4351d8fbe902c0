import { systemClock } from "../../stream/clock.ts";
import type { Page } from "./page.ts";
import type { PageOptions } from "./page_options.ts";
import { processPage } from "./process_page.ts";
import { requestPage } from "./request_page.ts";
import { DEFAULT_ATTEMPTS, waitToRetry } from "./retry_delay.ts";
import { ThousandEyesError } from "../errors/thousand_eyes_error.ts";

/**
 * Reads one page of the activity log: requests it, checks it, and retries what may succeed the next
 * time: a lost connection, a timeout, 408, 429, any status from 500 on, the HTML page of a gateway,
 * and a body that is not JSON, as a truncated one is. If `token` is a function, so is 401, which the
 * next token may mend, up to five times in a row. An error that it throws is final.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readPage } from "./read_page.ts";
 *
 * const answers = [new Response("", { status: 503 }), Response.json({ auditEvents: [] })];
 * const page = await readPage(new URL("https://api.thousandeyes.com/v7/audit-user-events"), {
 *   token: "made-up",
 *   fetch: () => Promise.resolve(answers.shift()!),
 *   random: () => 0, // so there is no delay between the two
 * });
 * assertEquals(page.events, []);
 * ```
 *
 * @param url The first page, as `firstPageUrl()` makes it, or the `next` of another page.
 * @param options The token, the network, time and limits.
 * @returns The page, checked; its `next` is safe to read in turn.
 * @throws {ThousandEyesError} If the failure is not retryable, or the last attempt failed.
 */
export async function readPage(url: URL, options: PageOptions): Promise<Page> {
  const { clock = systemClock, budget, signal } = options;
  let since: number | undefined;
  let refusals = 0;
  for (let attempt = 1;; attempt++) {
    const pause = budget?.delayMs(clock.now()) ?? 0;
    if (pause > 0) await clock.wait(pause, signal);
    budget?.spend();
    try {
      const page = await processPage(await requestPage(url, options), { requested: url, clock });
      if (page.rateLimit !== undefined) budget?.learn(page.rateLimit);
      return page;
    } catch (error) {
      if (!(error instanceof ThousandEyesError)) throw error;
      if (error.rateLimit !== undefined) budget?.learn(error.rateLimit);
      refusals = error.code === "unauthorized" ? refusals + 1 : 0;
      const rotates = typeof options.token === "function" && refusals < DEFAULT_ATTEMPTS;
      const retryable = error.retryable || (refusals > 0 && rotates);
      await waitToRetry(error, options, { attempt, since: since ??= clock.now(), retryable });
    }
  }
}
