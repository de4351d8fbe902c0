/** Something that answers requests. */
export interface App {
  /** Answers a request; it never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Answers a request to a path of its own, as in tests. */
  request(path: string | Request, init?: RequestInit): Promise<Response>;
}

/**
 * Makes an app of a function. A HEAD request is answered as GET, without a body.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createApp } from "./app.ts";
 *
 * const app = createApp(() => new Response("hello"), () => new Response(null, { status: 500 }));
 * assertEquals(await (await app.request("/", { method: "HEAD" })).text(), "");
 * ```
 *
 * @param answer Answers a request.
 * @param failed Answers a request whose answer threw.
 * @returns The app.
 */
export function createApp(
  answer: (request: Request) => Response | Promise<Response>,
  failed: (error: unknown) => Response,
): App {
  async function fetch(request: Request): Promise<Response> {
    try {
      const response = await answer(request);
      if (request.method !== "HEAD" || response.body === null) return response;
      await response.body.cancel();
      return new Response(null, response);
    } catch (error) {
      return failed(error);
    }
  }
  return {
    fetch,
    request: (path, init) =>
      fetch(typeof path === "string" ? new Request(new URL(path, "http://localhost"), init) : path),
  };
}
