/// <reference path="./cloudflare.d.ts" />
/**
 * The Cloudflare Worker: it authorizes requests by their token and passes them on to the Durable
 * Object that holds the log.
 *
 * @module
 */
import type { ExecutionContext } from "cloudflare:workers";
import { CloudflareAccess } from "../http/cloudflare_access.ts";
import { createGateway } from "../http/gateway.ts";
import { problem } from "../http/problem.ts";
import { systemClock } from "../stream/clock.ts";
import apiDocs from "./api_docs.json" with { type: "json" };
import { type Config, readConfig } from "./config.ts";
import type { Env } from "./event_log_object.ts";
import { forward } from "./forward.ts";
import page from "./page.json" with { type: "json" };
import { inform, report } from "./report.ts";
import { logNameOf, type Source } from "./source.ts";

export { EventLogObject } from "./event_log_object.ts";
export { LogDirectory } from "./log_directory.ts";

interface Gateway {
  app: ReturnType<typeof createGateway>;
  config: Config | undefined;
}

/** Created at the first call of an isolate, during whose life the settings never change. */
let gateway: Gateway | undefined;

function openGateway(env: Env): Gateway {
  const { config, problems, tokens } = readConfig(env);
  if (problems.length > 0) report("The configuration is invalid", { problems });
  const sources: readonly Source[] = config?.sources ?? [];
  const app = createGateway({
    tokens,
    sources: sources.map(({ name }) => name),
    clock: systemClock,
    misconfigured: config === undefined
      ? [...new Set(problems.map(({ variable }) => variable))]
      : [],
    access: accessOf(config),
    async tell(failures) {
      const [first] = sources;
      if (first !== undefined) {
        await env.EVENT_LOG.getByName(logNameOf(first)).noteFailures(failures);
      }
    },
    page: { ...page, ...apiDocs },
    backend(request, name, unreachable) {
      const source = sources.find((source) => source.name === name);
      if (source === undefined) {
        unreachable();
        return problem("misconfigured");
      }
      return forward(
        (request) => env.EVENT_LOG.getByName(logNameOf(source)).fetch(request),
        request,
        (error) => {
          unreachable();
          report("The log could not be reached", error);
        },
      );
    },
    report: (error) => report("A request failed", error),
    onRequest: (facts) => inform("A request has ended", facts),
  });
  return { app, config };
}

/** Recognises people by Cloudflare Access, if that is configured. */
function accessOf(config: Config | undefined): CloudflareAccess | undefined {
  const { accessTeam: team, accessAudience: audience, accessAdmins: admins = [] } = config ?? {};
  if (team === undefined || audience === undefined) return undefined;
  return new CloudflareAccess({
    team,
    audience,
    admins,
    fetch: (url, init) => fetch(url, init),
    clock: systemClock,
  });
}

/** One log that cannot be reached must not keep the others asleep. */
async function watchOver(source: Source, env: Env): Promise<void> {
  try {
    const found = await env.EVENT_LOG.getByName(logNameOf(source)).watchdog();
    if (found === "ticking" || found === "set" || found === "new") return;
    report("The alarm was set again", { source: source.name, found });
  } catch (error) {
    report("The log could not be woken", error);
  }
}

export default {
  /** Answers a request. */
  fetch(request: Request, env: Env, context: ExecutionContext): Response | Promise<Response> {
    gateway ??= openGateway(env);
    return gateway.app.fetch(request, env, context);
  },

  /** The watchdog, once a minute: an object wakes itself by its alarm; this restores a lost one. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    gateway ??= openGateway(env);
    const { config } = gateway;
    await Promise.all((config?.sources ?? []).map((source) => watchOver(source, env)));
  },
};
