import { isForeign } from "./is_foreign.ts";

/** A server on loopback. */
export interface LoopbackServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, without a final slash. */
  readonly origin: string;
  /** The wanted port was taken, so another one was chosen. */
  readonly moved: boolean;
  /** Stops listening and cuts the connections that are left. */
  close(): Promise<void>;
}

/**
 * Serves on 127.0.0.1 only, at the wanted port or, where that is taken, at any free one. What a page of another origin
 * sends through a browser on this machine is refused with 403.
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
