/// <reference path="../../src/worker/cloudflare.d.ts" />
// The Worker as it is deployed, and its cron as a route, since bare workerd cannot run crons.
import type { Env } from "../../src/worker/event_log_object.ts";
import worker from "../../src/worker/mod.ts";

export { EventLogObject } from "../../src/worker/mod.ts";

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname !== "/cron") return await worker.fetch(request, env);
    await worker.scheduled(undefined, env);
    return new Response(null, { status: 204 });
  },
};
