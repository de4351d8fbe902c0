/** What the far end of the contract suite has seen under one key. */
export interface Seen {
  requests: number;
  /** Requests whose answer was given up before it was whole. */
  cancelled: number;
  /** The Authorization header of each request, null where there was none. */
  authorizations: (string | null)[];
}

/**
 * The far end of the contract suite: a real HTTP server on loopback. Each test asks under a key of
 * its own, `/<scenario>/<key>/v7/audit-user-events`, and reads what was seen under `/seen/<key>`.
 */
export function serveContract(): { origin: string; close(): Promise<void> } {
  const seen = new Map<string, Seen>();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => answer(request, seen),
  );
  return {
    origin: `http://127.0.0.1:${server.addr.port}`,
    close: () => server.shutdown(),
  };
}

function answer(request: Request, all: Map<string, Seen>): Response | Promise<Response> {
  const url = new URL(request.url);
  const [, scenario = "", key = ""] = url.pathname.split("/");
  const seen = all.get(key) ?? { requests: 0, cancelled: 0, authorizations: [] };
  all.set(key, seen);
  if (scenario === "seen") return Response.json(seen);
  seen.requests++;
  seen.authorizations.push(request.headers.get("authorization"));
  const page = Number(url.searchParams.get("cursor") ?? "0");
  const next = (href: string) => ({ _links: { next: { href } } });
  const events = (number: number) => ({
    auditEvents: [1, 2].map((second) => ({
      event: `Event ${number}.${second}`,
      date: `2026-01-01T00:00:${59 - number * 2 - second}Z`,
    })),
  });
  switch (scenario) {
    case "pages": { // three pages, the second of them empty
      const body = page === 1 ? { auditEvents: [] } : events(page);
      return Response.json(
        page === 2 ? body : {
          ...body,
          ...next(`${url.origin}${url.pathname}?cursor=${page + 1}`),
        },
      );
    }
    case "same":
      return Response.json(events(0));
    case "hang":
      return new Promise((resolve) => {
        request.signal.addEventListener("abort", () => {
          seen.cancelled++;
          resolve(new Response());
        });
      });
    case "hang-body":
      return new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('{"auditEvents":[')),
          cancel: () => void seen.cancelled++,
        }),
      );
    case "cut-body":
      return new Response(
        new ReadableStream({
          pull(controller) {
            if (seen.requests > 1) {
              controller.enqueue(new TextEncoder().encode(JSON.stringify(events(0))));
              return controller.close();
            }
            controller.enqueue(new TextEncoder().encode('{"auditEvents":['));
            controller.error(new Error("cut on purpose"));
          },
        }),
      );
    case "busy":
      return new Response(null, { status: 503, headers: { "retry-after": "30" } });
    case "bad-second":
      return page === 0
        ? Response.json({ ...events(0), ...next(`${url.origin}${url.pathname}?cursor=1`) })
        : Response.json({ title: "No" }, { status: 403 });
    case "large":
      return new Response("x".repeat(200_000));
    case "redirect": // to wherever the test says
      return Response.redirect(String(url.searchParams.get("aid")), 302);
    case "foreign": // a next link to wherever the test says
      return Response.json({ ...events(0), ...next(String(url.searchParams.get("aid"))) });
    default:
      return new Response(null, { status: 404 });
  }
}
