import type { Config } from "./config.ts";

/**
 * Names the Durable Object of a source, so that a change of the API's address or of the account group starts a
 * log of its own and does not mix two.
 *
 * @param config The configuration.
 * @returns The name.
 */
export function sourceName({ baseUrl, aid }: Pick<Config, "baseUrl" | "aid">): string {
  return `${baseUrl.origin}${baseUrl.pathname} ${aid ?? "all"}`;
}
