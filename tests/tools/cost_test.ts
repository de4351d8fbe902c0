import { assertAlmostEquals, assertEquals } from "@std/assert";
import { exceeded, FREE_PER_DAY, PAID, paidPrice, type Usage } from "../../tools/cost/prices.ts";

const NOTHING: Usage = {
  workerRequests: 0,
  objectRequests: 0,
  duration: 0,
  rowsRead: 0,
  rowsWritten: 0,
};

Deno.test("paidPrice() bills what exceeds the plan, as the examples of Cloudflare do", () => {
  assertEquals(paidPrice(NOTHING, 0), 5);
  assertEquals(paidPrice(PAID.included, PAID.storedGb.included), 5);
  // Their second example without its rounding: 3.75 million requests and 11,059,200 GB-s.
  const usage = { ...NOTHING, objectRequests: 3_750_000, duration: 11_059_200 };
  assertAlmostEquals(paidPrice(usage, 0), 5 + 0.4125 + 133.24, 0.001);
  assertAlmostEquals(paidPrice({ ...NOTHING, rowsWritten: 51_000_000 }, 8), 5 + 1 + 0.6, 1e-9);
});

Deno.test("exceeded() names the limits of the free plan that a day exceeds", () => {
  assertEquals(exceeded(FREE_PER_DAY, 5), []);
  assertEquals(exceeded({ ...FREE_PER_DAY, rowsWritten: 100_001 }, 5.1), ["rowsWritten", "stored"]);
});
