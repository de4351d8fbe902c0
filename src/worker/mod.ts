/// <reference path="./cloudflare.d.ts" />
/**
 * The Cloudflare Worker: lets in who holds a token, and passes them on to the Durable Object that holds the log.
 *
 * @module
 */
import { createApp } from "../http/gateway.ts";
import { type Config, type ConfigProblem, readConfig } from "./config.ts";
import type { Env } from "./env.ts";
import { forward } from "./forward.ts";
import { report } from "./report.ts";
import { sourceName } from "./source_name.ts";

export { EventLogObject } from "./event_log_object.ts";

interface Door {
  app: ReturnType<typeof createApp>;
  config: Config | undefined;
}

/** Made at the first call of an isolate, in which the variables never change. */
let door: Door | undefined;

function openDoor(env: Env): Door {
  const { config, problems, tokens } = readConfig(env);
  if (problems.length > 0) report("The configuration is not valid", { problems });
  const app = createApp({
    tokens,
    misconfigured: variablesOf(problems),
    backend: (request) =>
      forward(
        (request) => env.EVENT_LOG.getByName(sourceName(config!)).fetch(request),
        request,
        (error) => report("The log could not be reached", error),
      ),
    report: (error) => report("A request failed", error),
  });
  return { app, config };
}

function variablesOf(problems: readonly ConfigProblem[]): string[] {
  return [...new Set(problems.map(({ variable }) => variable))];
}

export default {
  /** Answers a request. */
  fetch(request: Request, env: Env): Response | Promise<Response> {
    door ??= openDoor(env);
    return door.app.fetch(request);
  },

  /** The watchdog, once a minute: the object wakes itself by its alarm, and this is for an alarm that was lost. */
  async scheduled(_event: unknown, env: Env): Promise<void> {
    door ??= openDoor(env);
    const { config } = door;
    if (config === undefined) return;
    const found = await env.EVENT_LOG.getByName(sourceName(config)).watchdog();
    if (found !== "ticking" && found !== "set") report("The alarm was set again", { found });
  },
};
