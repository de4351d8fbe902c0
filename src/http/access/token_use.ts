import { PERSON_PREFIX } from "./api_tokens.ts";
import type { RequestShare } from "./request_share.ts";
import type { StreamLimit } from "./stream_limit.ts";

/** All people together: their names are not configured, and no label is made from them. */
const PEOPLE = `${PERSON_PREFIX}*`;

/** What one token uses of what all share. */
export interface TokenUse {
  /** Its name; empty for requests that need none, `access:*` for all people of Cloudflare Access. */
  readonly name: string;
  /** How many streams it has open. */
  readonly streams: number;
  /** How many streams were refused to it since the start. */
  readonly streamsRefused: number;
  /** How many of its requests were answered since the start. */
  readonly requests: number;
  /** How many of its requests were refused since the start. */
  readonly requestsRefused: number;
}

/**
 * What each token uses that has sent a request since the start.
 *
 * @param streams The limit on streams.
 * @param requests The shares of requests.
 * @returns Each token, by its name.
 */
export function tokenUse(
  streams: Pick<StreamLimit, "byToken">,
  requests: Pick<RequestShare, "byToken">,
): TokenUse[] {
  const ofStreams = streams.byToken();
  const ofRequests = requests.byToken();
  const found = new Map<string, TokenUse>();
  for (const holder of [...new Set([...ofStreams.keys(), ...ofRequests.keys()])].sort()) {
    const name = holder.startsWith(PERSON_PREFIX) ? PEOPLE : holder;
    const sum = found.get(name);
    found.set(name, {
      name,
      streams: (sum?.streams ?? 0) + (ofStreams.get(holder)?.open ?? 0),
      streamsRefused: (sum?.streamsRefused ?? 0) + (ofStreams.get(holder)?.refused ?? 0),
      requests: (sum?.requests ?? 0) + (ofRequests.get(holder)?.requests ?? 0),
      requestsRefused: (sum?.requestsRefused ?? 0) + (ofRequests.get(holder)?.refused ?? 0),
    });
  }
  return [...found.values()];
}
