import type { DateRange, StreamPlan } from "./stream_plan.ts";
import { DEFAULT_BASE_URL } from "../page/base_url.ts";
import { firstPageUrl } from "../page/first_page_url.ts";
import type { InvalidUserEvent, Page } from "../page/page.ts";
import { PageTrail } from "../page/page_trail.ts";
import { PassMemory } from "./pass_memory.ts";
import { readPage } from "../page/read_page.ts";
import { RefusedLinkError } from "../page/refused_link_error.ts";
import { BadRequestError } from "../errors/status_errors.ts";
import { RepeatedRows } from "./repeated_rows.ts";
import type { UserEvent } from "../event/user_event.ts";

/** What one page contributes to a pass. */
export interface Batch {
  /** The events that the pass has not yielded before. */
  events: UserEvent[];
  /** The items that are not valid events. */
  invalid: InvalidUserEvent[];
  /**
   * If the pass is sorted: it has nothing more up to here, in milliseconds since the Unix epoch.
   */
  upTo?: number;
}

/**
 * Reads a closed pass page by page as it is consumed: through empty pages, until there is no next
 * link. A row that a page repeats from the one before is yielded once. If the API rejects a cursor
 * of its own, the pass restarts and yields only what it has not yielded before.
 *
 * @param plan How to read.
 * @param range The range of the pass; `undefined` if the cursor of the options determines it.
 */
export async function* readPass(
  plan: StreamPlan,
  range: DateRange | undefined,
): AsyncGenerator<Batch, void, void> {
  const { options } = plan;
  const memory = new PassMemory(plan.memoryLimit);
  const first = firstUrl(plan, range);
  let trail = new PageTrail(options);
  let repeated = new RepeatedRows(options);
  let url: URL | undefined = first;
  let advanced = false;
  while (url !== undefined) {
    trail.add(url);
    let page: Page;
    let refusal: RefusedLinkError | undefined;
    try {
      page = await readPage(url, options);
    } catch (error) {
      if (error instanceof RefusedLinkError) {
        refusal = error;
        page = error.page;
      } else if (error instanceof BadRequestError && url !== first) {
        if (range === undefined || !advanced || !memory.restart()) throw expiredCursor(error);
        trail = new PageTrail(options);
        repeated = new RepeatedRows(options);
        url = first;
        advanced = false; // another restart without a new event in between would change nothing
        continue;
      } else throw error;
    }
    await options.onPage?.(page);
    const events = memory.newOf(await repeated.without(page.events));
    advanced ||= events.length > 0;
    yield { events, invalid: page.invalid };
    if (refusal !== undefined) throw refusal;
    url = page.next;
  }
}

function expiredCursor(cause: BadRequestError): BadRequestError {
  const { message, status, problem, rateLimit, apiTime } = cause;
  return new BadRequestError("expired_cursor", message, {
    cause,
    ...(status !== undefined && { status }),
    ...(problem !== undefined && { problem }),
    ...(rateLimit !== undefined && { rateLimit }),
    ...(apiTime !== undefined && { apiTime }),
  });
}

function firstUrl({ options }: StreamPlan, range: DateRange | undefined): URL {
  const { aid, useAllPermittedAids, cursor, max } = options;
  return firstPageUrl(options.baseUrl ?? DEFAULT_BASE_URL, {
    aid,
    useAllPermittedAids,
    max,
    cursor,
    startDate: range?.start,
    endDate: range?.end,
  });
}
