import { startConformanceWorker } from "./conformance_worker.ts";
import { runSseCase, SSE_CASES } from "./sse_cases.ts";
import { Target } from "./target.ts";

Deno.test("the event streams of the Worker in bare workerd", async (test) => {
  await using worker = await startConformanceWorker();
  for (const one of SSE_CASES) {
    await test.step(one.name, () => runSseCase(one, (signal) => new Target(worker, signal)));
  }
});
