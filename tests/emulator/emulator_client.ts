import type { Clock } from "../../src/stream/clock.ts";
import type { Emulator } from "../../src/emulator/create_emulator.ts";

/** A page as the tests read it. */
export interface TestPage {
  auditEvents: Record<string, unknown>[];
  startDate?: string;
  endDate?: string;
  _links: { next?: { href: string; templated?: boolean } | null; self: { href: string } };
}

export const ORIGIN = "https://api.thousandeyes.test";

/** A clock that stands still until it is set; its waits are over at once and move it. */
export function stillClock(start: string): Clock & { time: number } {
  const clock = {
    time: Date.parse(start),
    now: () => clock.time,
    wait: (ms: number, signal?: AbortSignal) => {
      if (signal?.aborted) return Promise.reject(signal.reason);
      clock.time += ms;
      return Promise.resolve();
    },
  };
  return clock;
}

/** Asks the emulator for one page. */
export async function ask(
  emulator: Emulator,
  query: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  const url = query.startsWith("http") ? query : `${ORIGIN}/v7/audit-user-events${query}`;
  return await emulator.app.request(url, {
    headers: { authorization: `Bearer ${emulator.token}`, ...headers },
  });
}

/** Follows next links to the end, or for at most `max` pages. */
export async function readPass(
  emulator: Emulator,
  query: string,
  max = 1000,
): Promise<TestPage[]> {
  const pages: TestPage[] = [];
  let next: string | undefined = query;
  while (next !== undefined && pages.length < max) {
    const response = await ask(emulator, next);
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    const page = await response.json() as TestPage;
    pages.push(page);
    next = page._links.next?.href;
  }
  return pages;
}

/** All events of a pass. */
export function eventsOf(pages: readonly TestPage[]): Record<string, unknown>[] {
  return pages.flatMap((page) => page.auditEvents);
}
