/// <reference path="../worker/cloudflare.d.ts" />
/**
 * The Worker as it is deployed, and its cron as a route, since bare workerd cannot run crons. Only
 * the holder of `CRON_KEY`, which is made anew at each start, reaches it.
 *
 * @module
 */
import type { Env } from "../worker/event_log_object.ts";
import worker from "../worker/mod.ts";

export { EventLogObject, LogDirectory } from "../worker/mod.ts";

export default {
  /** Answers a request as the Worker does, or runs its cron. */
  async fetch(
    request: Request,
    env: Env,
    context: Parameters<typeof worker.fetch>[2],
  ): Promise<Response> {
    if (new URL(request.url).pathname !== "/cron") {
      return await worker.fetch(request, env, context);
    }
    const key = env["CRON_KEY"];
    if (typeof key !== "string" || request.headers.get("authorization") !== `Bearer ${key}`) {
      return await worker.fetch(request, env, context);
    }
    await worker.scheduled(undefined, env);
    return new Response(null, { status: 204 });
  },
};
