import { startConformanceShell } from "./conformance_shell.ts";
import { runSseCase, SSE_CASES } from "./sse_cases.ts";
import { Target } from "./target.ts";

/** On the server without those that mostly wait; `deno task conformance --shell server` has all. */
const CASES = { worker: SSE_CASES, server: SSE_CASES.filter(({ waits }) => waits !== true) };

for (const shell of ["worker", "server"] as const) {
  Deno.test(`the event streams of Panoptes keep their promises (${shell})`, async (test) => {
    await using target = await startConformanceShell(shell);
    for (const one of CASES[shell]) {
      await test.step(one.name, () => runSseCase(one, (signal) => new Target(target, signal)));
    }
  });
}
