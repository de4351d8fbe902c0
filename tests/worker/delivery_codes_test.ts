import { assertEquals } from "@std/assert";
import { newSecret } from "../../src/local/credentials.ts";
import { startWorker } from "./bare_worker.ts";
import { FarEnd } from "./far_end.ts";
import { eventually } from "../support/eventually.ts";

/** A server that does this with every connection. */
function serveTcp(onConnection: (connection: Deno.TcpConn) => void) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open: Deno.TcpConn[] = [];
  const ended = (async () => {
    for await (const connection of listener) {
      open.push(connection);
      onConnection(connection);
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose]() {
      listener.close();
      for (const connection of open) {
        try {
          connection.close();
        } catch {
          // It has been closed already.
        }
      }
      await ended;
    },
  };
}

/** The codes that docs/http.md says occur in workerd. */
async function documentedCodes(): Promise<string[]> {
  const docs = await Deno.readTextFile(new URL("../../docs/http.md", import.meta.url));
  return [...docs.matchAll(/^\| `([a-z_]+)` +\| yes +\|/gm)].map(([, code = ""]) => code).sort();
}

Deno.test("in workerd every delivery code occurs that docs/http.md says, and no other", async () => {
  await using silent = serveTcp(() => {});
  await using closing = serveTcp((connection) => connection.close());
  await using plain = serveTcp((connection) =>
    void connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"))
      .catch(() => {})
  );
  await using answering = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response(null, { status: 500 }),
  );
  const closed = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  closed.close(); // nothing listens there any more
  const loopback = (port: number, scheme = "http") => ({
    url: `${scheme}://127.0.0.1:${port}/`,
    minLevel: "informational",
    allowHttpLoopback: true,
  });
  const endpoints: Record<string, [code: string, settings: Record<string, unknown>]> = {
    "answers": ["answered", loopback(answering.addr.port)],
    "is-silent": ["timed_out", { ...loopback(silent.port), timeoutMs: 200 }],
    // workerd tells its own log why, and the Worker only that there is no answer.
    "refuses": ["unreachable", loopback(closed.addr.port)],
    "closes": ["unreachable", loopback(closing.port)],
    "has-no-tls": ["unreachable", loopback(plain.port, "https")],
    "has-no-name": ["unreachable", { url: "https://no-such-name.example.com/" }],
    "is-our-own": ["misconfigured", { url: "https://panoptes.example.com/" }],
    "is-invalid": ["misconfigured", { url: "ftp://example.com/" }],
  };
  using api = await FarEnd.start();
  const { workerd, get, startWith } = await startWorker(api, {
    OWN_HOSTS: "panoptes.example.com",
    WEBHOOKS: JSON.stringify(
      Object.entries(endpoints).map(([name, [, settings]]) => ({
        name,
        secret: newSecret(),
        retryScheduleMs: [0, 600_000],
        ...settings,
      })),
    ),
  });
  await using _ = workerd;
  await startWith();
  await api.publish({ event: "API token generated." });
  const codes = async () => {
    const { deliveries } = await get<{
      deliveries: { endpoint: string; lastAttempt: { code: string } | null }[];
    }>("/v1/deliveries?limit=100");
    return Object.fromEntries(
      deliveries.flatMap(({ endpoint, lastAttempt }) =>
        lastAttempt === null ? [] : [[endpoint, lastAttempt.code]]
      ),
    );
  };
  const expected = Object.fromEntries(
    Object.entries(endpoints).map(([name, [code]]) => [name, code]),
  );
  assertEquals(
    await eventually(codes, (found) => Object.keys(found).length === Object.keys(endpoints).length),
    expected,
  );
  // A lost attempt needs a killed object, a failed body a bug, and a URL that is refused only when it
  // is sent an endpoint that is older than the settings.
  const others = ["lost", "body_failed", "url_refused"];
  const seen = [...new Set(Object.values(expected)), ...others].sort();
  assertEquals(await documentedCodes(), seen);
});
