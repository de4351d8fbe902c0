import { assertEquals, assertRejects } from "@std/assert";
import { SourceError } from "../../src/cli/exit_code.ts";
import { RefusedError } from "../../src/cli/input/instance.ts";
import { pauseMs, Retries } from "../../src/cli/input/retries.ts";

const LOST = new SourceError("Cannot read: lost");
const refused = (status: number, code?: string, retryAfterMs?: number) =>
  new RefusedError(`Cannot read: ${status}`, { status, code, retryAfterMs });

/** Three tries in a row without a pause between them, and what is told. */
function retrying() {
  const told: string[] = [];
  const tell = (message: string) => void told.push(message);
  return { told, retries: new Retries({ maxTries: 3, delayMs: 0, tell }) };
}

Deno.test("Retries tell an outage once and its end, and throw what fails again and again", async () => {
  const { told, retries } = retrying();
  await retries.pause();
  await retries.pause(LOST);
  await retries.pause(LOST);
  retries.progressed();
  retries.progressed();
  assertEquals(told, ["Cannot read: lost; trying again", "connected again"]);
  await retries.pause(LOST);
  await retries.pause(LOST);
  const thrown = await assertRejects(() => retries.pause(LOST));
  assertEquals([thrown, told.length], [LOST, 3]);
});

for (
  const [what, failure, passesAtFirst, passesLater] of [
    ["a lost connection", LOST, true, true],
    ["an overloaded Panoptes", refused(503, "overloaded"), true, true],
    ["too many requests", refused(429, "too_many_requests"), true, true],
    ["a refusal", refused(403, "forbidden"), false, false],
    ["a proxy that fails", refused(502), true, true],
    ["another service", refused(404), false, true],
    ["what cannot pass", new SourceError("", { mayPass: false }), false, false],
  ] as const
) {
  Deno.test(`Retries ${passesAtFirst ? "go on" : "end"} after ${what}, and once Panoptes has answered ${passesLater ? "go on" : "end"}`, async () => {
    const passes = (retries: Retries) => retries.pause(failure).then(() => true, () => false);
    const { retries } = retrying();
    assertEquals(await passes(retries), passesAtFirst);
    retries.progressed();
    assertEquals(await passes(retries), passesLater);
  });
}

Deno.test("a pause grows with each failure up to 31 seconds, and is at least what Retry-After asks, up to 5 minutes", () => {
  const pause = (attempt: number, failure?: SourceError) =>
    pauseMs({ failure, attempt, delayMs: 1_000, random: () => 1 });
  assertEquals(pause(0), 1_000);
  assertEquals([1, 2, 3, 9].map((attempt) => pause(attempt, LOST)), [2_000, 3_000, 5_000, 31_000]);
  assertEquals(pause(1, refused(429, "", 60_000)), 61_000);
  assertEquals(pause(1, refused(503, "", 86_400_000)), 301_000);
  assertEquals(pauseMs({ failure: LOST, attempt: 1, delayMs: 3_600_000, random: () => 0 }), 30_000);
});
