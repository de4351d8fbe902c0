import { request } from "node:https";
import { Readable } from "node:stream";
import type { AttemptOptions, PinnedFetch } from "../delivery/attempt.ts";

/** Statuses whose answers have no body, as `Response` insists. */
const NO_BODY = [101, 204, 205, 304];

/** How `createEgress()` connects. */
export interface EgressOptions {
  /** Certificates of authorities to trust instead of the usual ones, in PEM. */
  readonly certificates?: string;
}

/**
 * The way to webhooks on Deno: names are resolved once, and a connection is made to an address that
 * was checked, so that a second answer of DNS changes nothing. The certificate is still checked for
 * the name. Deno's own `fetch` cannot be told an address, so this is `node:https`.
 *
 * @example
 * ```ts
 * import { systemClock } from "../stream/clock.ts";
 * import { createEgress } from "./egress.ts";
 *
 * const options = { clock: systemClock, ...createEgress() }; // for attempt()
 * ```
 *
 * @param options Whom to trust.
 * @returns What `attempt()` needs.
 */
export function createEgress(
  { certificates }: EgressOptions = {},
): Required<Pick<AttemptOptions, "resolve" | "fetch">> {
  return {
    resolve,
    fetch: (url, init, addresses) =>
      addresses.length === 0 ? fetch(url, init) : fetchFrom(url, init, addresses, certificates),
  };
}

/** All addresses of a host, of both families; none if it has none. */
async function resolve(host: string, signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.all((["A", "AAAA"] as const).map(async (family) => {
    try {
      return await Deno.resolveDns(host, family, { signal });
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }));
  return answers.flat();
}

/** Posts to a host at one of the given addresses; follows no redirect. */
function fetchFrom(
  url: URL,
  { method = "GET", headers, body, signal }: RequestInit,
  addresses: readonly string[],
  certificates: string | undefined,
): ReturnType<PinnedFetch> {
  const known = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  const [{ address, family } = { address: "", family: 4 }] = known;
  return new Promise((fulfil, reject) => {
    const sent = request(url, {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      agent: false, // a connection that is kept was made to an address of yesterday
      ...(certificates === undefined ? {} : { ca: certificates }),
      ...(signal ? { signal } : {}),
      lookup: (_host, { all }, found) =>
        all === true ? found(null, known) : found(null, address, family),
    }, (answer) => {
      const status = answer.statusCode ?? 0;
      const hasBody = !NO_BODY.includes(status);
      try {
        const body = hasBody ? Readable.toWeb(answer) as ReadableStream<Uint8Array> : null;
        fulfil(new Response(body, { status, headers: headersOf(answer.rawHeaders) }));
        if (!hasBody) answer.resume();
      } catch (error) {
        reject(error); // a status or a header field that HTTP does not have
        answer.destroy();
      }
    });
    sent.on("error", reject);
    // Also after an answer that switches protocols, which does not answer a POST.
    sent.on("close", () => reject(new Error("The connection was closed without an answer")));
    sent.end(body);
  });
}

/** Names and values in turn. */
function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? "", raw[at + 1] ?? "");
  return headers;
}
