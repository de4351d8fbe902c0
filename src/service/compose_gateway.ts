import { CloudflareAccess } from "../http/access/cloudflare_access.ts";
import type { FailureReport } from "../http/access/failed_authentications.ts";
import { createGateway } from "../http/gateway.ts";
import type { Page } from "../http/answer/page.ts";
import { problem } from "../http/answer/problem.ts";
import type { Clock } from "../stream/clock.ts";
import type { Fetch } from "../stream/fetch.ts";
import type { Config, ReadConfig } from "./config.ts";
import { inform, report } from "./report.ts";
import type { Source } from "./source.ts";

/** What a gateway is composed of. */
export interface ComposeGatewayOptions {
  /** The settings, or what is wrong with them. */
  readonly read: ReadConfig;
  /** The dashboard and the description of the interface. */
  readonly page: Page;
  /** Time. */
  readonly clock: Clock;
  /** Reads the keys of Cloudflare Access. */
  readonly fetch: Fetch;
  /**
   * Answers authorized requests from the log of a source; it calls `unreachable` if it answers
   * without having reached the log.
   */
  readonly backend: (
    request: Request,
    source: Source,
    unreachable: () => void,
  ) => Response | Promise<Response>;
  /** Tells the log of the first source of failed authentications. */
  readonly tell: (failures: FailureReport, first: Source) => Promise<void>;
}

/**
 * Composes the gateway of the settings, and writes what is wrong with them to the log of the service.
 *
 * @param options The settings, the page, the network, and the way to the logs.
 * @returns The gateway, which answers also if the settings are invalid.
 */
export function composeGateway(
  { read: { config, problems, tokens }, page, clock, fetch, backend, tell }: ComposeGatewayOptions,
): ReturnType<typeof createGateway> {
  if (problems.length > 0) report("The configuration is invalid", { problems });
  const sources: readonly Source[] = config?.sources ?? [];
  return createGateway({
    tokens,
    sources: sources.map(({ name }) => name),
    clock,
    misconfigured: config === undefined
      ? [...new Set(problems.map(({ variable }) => variable))]
      : [],
    access: accessOf(config, { clock, fetch }),
    async tell(failures) {
      const [first] = sources;
      if (first !== undefined) await tell(failures, first);
    },
    page,
    backend(request, name, unreachable) {
      const source = sources.find((source) => source.name === name);
      if (source !== undefined) return backend(request, source, unreachable);
      unreachable();
      return problem("misconfigured");
    },
    report: (error) => report("A request failed", error),
    onRequest: (facts) => inform("A request has ended", facts),
  });
}

/** Recognises people by Cloudflare Access, if that is configured. */
function accessOf(
  config: Config | undefined,
  ports: { readonly clock: Clock; readonly fetch: Fetch },
): CloudflareAccess | undefined {
  const { accessTeam: team, accessAudience: audience, accessAdmins: admins = [] } = config ?? {};
  if (team === undefined || audience === undefined) return undefined;
  return new CloudflareAccess({ team, audience, admins, ...ports });
}
