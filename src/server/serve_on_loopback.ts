/** A server on loopback. */
export interface LoopbackServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, without a final slash. */
  readonly origin: string;
  /** Whether the wanted port was taken, so that another one was chosen. */
  readonly moved: boolean;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

/**
 * Serves on 127.0.0.1 only, at the wanted port or, if that is taken, at any free one. Refuses with
 * 403 what a page of another origin sends through a browser on this machine.
 *
 * @param handler Answers requests.
 * @param port The wanted port; 0 is any.
 */
export function serveOnLoopback(
  handler: (request: Request) => Response | Promise<Response>,
  port: number,
): LoopbackServer {
  const closing = new AbortController();
  const serve = (port: number) =>
    Deno.serve({
      hostname: "127.0.0.1",
      port,
      signal: closing.signal,
      onListen() {},
      onError: () => new Response("Internal server error", { status: 500 }),
    }, (request) => {
      if (isForeign(request.headers, server.addr.port)) return new Response(null, { status: 403 });
      return handler(request);
    });
  let server: Deno.HttpServer<Deno.NetAddr>;
  let moved = false;
  try {
    server = serve(port);
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    moved = true;
    server = serve(0);
  }
  return {
    port: server.addr.port,
    origin: `http://127.0.0.1:${server.addr.port}`,
    moved,
    async close() {
      closing.abort();
      await server.finished;
    },
  };
}

/**
 * Tells whether a request to a server on loopback comes from a web page of another origin. A
 * browser on this machine sends such requests for any page that asks, with the page's origin, or
 * with a host name that was made to resolve to 127.0.0.1.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { isForeign } from "./serve_on_loopback.ts";
 *
 * const from = (headers: Record<string, string>) => isForeign(new Headers(headers), 8788);
 * assertEquals(from({ host: "127.0.0.1:8788" }), false);
 * assertEquals(from({ host: "rebound.example:8788" }), true);
 * assertEquals(from({ host: "127.0.0.1:8788", origin: "https://evil.example" }), true);
 * ```
 *
 * @param headers The header fields of the request.
 * @param port Where the server listens.
 */
export function isForeign(headers: Headers, port: number): boolean {
  const suffix = port === 80 ? "" : `:${port}`;
  const hosts = ["127.0.0.1", "localhost", "[::1]"].map((name) => name + suffix);
  if (!hosts.includes(headers.get("host")?.toLowerCase() ?? "")) return true;
  const origin = headers.get("origin");
  if (origin !== null && !hosts.some((host) => origin === `http://${host}`)) return true;
  const site = headers.get("sec-fetch-site"); // browsers send it, and no page can change it
  return site !== null && site !== "same-origin" && site !== "none";
}
