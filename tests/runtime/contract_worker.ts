/** The contract suite as a Worker: runs every case and answers what came of it, as JSON. */
import { runContract } from "./stream_contract.ts";

export default {
  async fetch(
    _request: Request,
    env: { ORIGIN: string; OTHER_ORIGIN: string },
  ): Promise<Response> {
    return Response.json(await runContract({ origin: env.ORIGIN, otherOrigin: env.OTHER_ORIGIN }));
  },
};
