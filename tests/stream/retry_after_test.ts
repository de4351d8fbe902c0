import { assertEquals } from "@std/assert";
import { retryAfterMs } from "../../src/stream/retry_after.ts";

const NOW = Date.UTC(2026, 10, 22, 10, 0, 0);

const cases: [header: string | null, ms: number | undefined][] = [
  [null, undefined],
  ["", undefined],
  ["0", 0],
  ["120", 120_000],
  [" 3 ", 3_000],
  ["1.25", 1_250],
  ["-5", undefined],
  ["1e9", undefined],
  ["5, 10", undefined],
  ["Infinity", undefined],
  ["2027", 2_027_000],
  ["2027-01-01", undefined],
  ["Sun, 22 Nov 2026 10:00:30 GMT", 30_000],
  ["Sunday, 22-Nov-26 10:00:30 GMT", 30_000],
  ["Sun, 22 Nov 2026 09:00:00 GMT", 0],
  ["Sun, 99 Nov 2026 10:00:30 GMT", undefined],
  ["Sun Nov 22 10:00:30 2026", undefined],
  ["Sun, 22 Nov 2026 10:00:30", undefined],
  ["9".repeat(400), Infinity],
];

for (const [header, ms] of cases) {
  const shown = header && header.length > 40 ? `${header.slice(0, 40)}…` : header;
  Deno.test(`retryAfterMs() reads ${JSON.stringify(shown)} as ${ms}`, () => {
    assertEquals(retryAfterMs(header, NOW), ms);
  });
}
