import { assert, assertEquals } from "@std/assert";
import { BUGS } from "./bugs.ts";
import { runSeed } from "./run_seed.ts";
import { runSeeds, type SeedsResult } from "./run_seeds.ts";
import { commandOf } from "./shrink.ts";

/** The promises hold: recorded once, matched once, delivered, resumable. */
function assertNoViolation({ failures }: SeedsResult): void {
  const lines = failures.map(({ plan, violations }) =>
    [commandOf({ seed: plan.seed }), ...violations.slice(0, 5)].join("\n  ")
  );
  assertEquals(failures.length, 0, `Violations:\n${lines.slice(0, 10).join("\n")}`);
}

Deno.test("the watch keeps its promises in 60 fixed simulations", async () => {
  assertNoViolation(await runSeeds(1, 60, {}));
});

Deno.test("the watch keeps its promises on the files and ticks of the server, in 6 simulations", async () => {
  assertNoViolation(await runSeeds(40_001, 6, { shell: "server" }));
});

Deno.test("a seed gives the same history each time", async () => {
  // In memory, on disk, and with whole answers and signatures.
  for (const seed of [3, 14, 7021, 7037]) {
    const first = await runSeed({ seed, keepsHistory: true });
    const second = await runSeed({ seed, keepsHistory: true });
    assert(first.history.length > 50);
    assertEquals(second.history, first.history, `seed ${seed}`);
  }
});

for (const [bug, { from = 1, shell }] of Object.entries(BUGS)) {
  Deno.test(`the checker catches ${bug} within 200 seeds`, async () => {
    const { failed } = await runSeeds(
      from,
      200,
      { bug, shell },
      ({ violations }) => violations.length === 0,
    );
    assertEquals(failed, 1);
  });
}
