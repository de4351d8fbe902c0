/// <reference path="./cloudflare.d.ts" />
/**
 * The Cloudflare Worker: it authorizes requests by their token and passes them on to the Durable
 * Object that holds the log.
 *
 * @module
 */
import type { ExecutionContext } from "cloudflare:workers";
import type { ApiToken } from "../http/access/api_tokens.ts";
import apiDocs from "../service/api_docs.json" with { type: "json" };
import { composeGateway } from "../service/compose_gateway.ts";
import { readConfig } from "../service/config.ts";
import page from "../service/page.json" with { type: "json" };
import { report } from "../service/report.ts";
import { logNameOf, type Source } from "../service/source.ts";
import { systemClock } from "../stream/clock.ts";
import type { Env } from "./event_log_object.ts";
import { forward } from "./forward.ts";

export { EventLogObject } from "./event_log_object.ts";
export { LogDirectory } from "./log_directory.ts";

interface Gateway {
  app: ReturnType<typeof composeGateway>;
  sources: readonly Source[];
  tokens: readonly ApiToken[];
}

/** Created at the first call of an isolate, during whose life the settings never change. */
let gateway: Gateway | undefined;

function logOf(source: Source, env: Env) {
  return env.EVENT_LOG.getByName(logNameOf(source));
}

function openGateway(env: Env): Gateway {
  const read = readConfig(env);
  const app = composeGateway({
    read,
    page: { ...page, ...apiDocs },
    clock: systemClock,
    fetch: (url, init) => fetch(url, init),
    tell: (failures, first) => logOf(first, env).noteFailures(failures),
    backend: (request, source, unreachable) =>
      forward(
        (request) => logOf(source, env).fetch(request),
        request,
        (error) => {
          unreachable();
          report("The log could not be reached", error);
        },
      ),
  });
  return { app, sources: read.config?.sources ?? [], tokens: read.tokens };
}

/** One log that cannot be reached must not keep the others asleep. */
async function watchOver(source: Source, tokens: readonly ApiToken[], env: Env): Promise<void> {
  const valid = tokens.filter(({ sources }) => sources?.includes(source.name) ?? true);
  try {
    const found = await logOf(source, env).watchdog(valid.map(({ sha256 }) => sha256));
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
    const { sources, tokens } = gateway;
    await Promise.all(sources.map((source) => watchOver(source, tokens, env)));
  },
};
