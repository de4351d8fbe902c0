/** The contract suite as a Worker: runs every case and answers what came of it, as JSON. */
import { CONTRACT, runCase } from "./stream_contract.ts";

export default {
  async fetch(
    _request: Request,
    env: { ORIGIN: string; OTHER_ORIGIN: string },
  ): Promise<Response> {
    const results: Record<string, string> = {};
    for (const one of CONTRACT) {
      try {
        await runCase(one, { origin: env.ORIGIN, otherOrigin: env.OTHER_ORIGIN });
        results[one.name] = "ok";
      } catch (error) {
        results[one.name] = error instanceof Error ? error.stack ?? error.message : String(error);
      }
    }
    return Response.json(results);
  },
};
