import { assert, assertEquals, assertThrows } from "@std/assert";
import { RateBudget } from "../../src/thousandeyes/page/rate_budget.ts";
import { parseRateLimit } from "../../src/thousandeyes/errors/rate_limit.ts";
import { streamUserEvents } from "../../src/thousandeyes/stream/stream_user_events.ts";
import { emulated, publishRow } from "./api.ts";

Deno.test("parseRateLimit() reads valid headers, and a small reset as seconds from now", () => {
  const of = (limit: string, remaining: string, reset: string) =>
    parseRateLimit(
      new Headers({
        "X-Organization-Rate-Limit-Limit": limit,
        "X-Organization-Rate-Limit-Remaining": remaining,
        "X-Organization-Rate-Limit-Reset": reset,
      }),
      1_000,
    );
  assertEquals(of("240", "12", "120"), { limit: 240, remaining: 12, resetAt: 121_000 });
  assertEquals(of("many", "-1", "1.5"), undefined);
  assertEquals(of("240", "", "soon"), { limit: 240 });
  assertEquals(
    parseRateLimit(new Headers({ "x-template-deploy-rate-limit-reset": "9" }), 0),
    undefined,
  );
});

Deno.test("RateBudget leaves its share to others, whoever used the rest", () => {
  const budget = new RateBudget({ reserve: 0.25 });
  assertEquals(budget.delayMs(0), 0);
  budget.learn({ limit: 240, remaining: 61, resetAt: 60_000 });
  assertEquals(budget.delayMs(5_000), 0);
  budget.spend();
  assertEquals(budget.delayMs(5_000), 56_000);
  assertEquals(budget.delayMs(61_000), 0);
});

Deno.test("RateBudget is not misled by responses that arrive out of order", () => {
  const budget = new RateBudget();
  budget.learn({ limit: 240, remaining: 100, resetAt: 60_000 });
  budget.learn({ limit: 240, remaining: 200, resetAt: 60_000 });
  assertEquals(budget.known?.remaining, 100);
  budget.learn({ limit: 240, remaining: 239, resetAt: 120_000 });
  budget.learn({ limit: 240, remaining: 3, resetAt: 60_000 });
  assertEquals(budget.known, { limit: 240, remaining: 239, resetAt: 120_000 });
});

Deno.test("RateBudget never waits much longer than a minute, and trusts no clock for ever", () => {
  const budget = new RateBudget();
  budget.learn({ limit: 240, remaining: 0, resetAt: 1e12 });
  assertEquals(budget.delayMs(0), 65_000);
  budget.learn({ limit: 240, remaining: 239, resetAt: 60_000 });
  assertEquals(budget.delayMs(0), 0);
});

Deno.test("RateBudget rejects a share that would leave nothing or less", () => {
  for (const reserve of [1, -0.1, NaN]) assertThrows(() => new RateBudget({ reserve }), RangeError);
});

Deno.test("streamUserEvents() with a budget leaves half of every minute's requests to others", async () => {
  const { emulator, clock, reading, urls } = emulated({ ratePerMinute: 20, pageSize: 1 });
  publishRow(emulator, 60);
  const minutes = new Map<number, number>();
  const options = reading({ window: "1h", budget: new RateBudget({ reserve: 0.5 }) });
  const fetch = options.fetch!;
  const events = await Array.fromAsync(streamUserEvents({
    ...options,
    fetch: (url, init) => {
      const minute = Math.floor(clock.now() / 60_000);
      minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
      return fetch(url, init);
    },
  }));
  assertEquals(events.length, 60);
  assertEquals(urls.length, 61);
  assert([...minutes.values()].every((requests) => requests <= 10), String([...minutes]));
});
