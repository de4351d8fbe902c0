import { assertEquals, assertRejects } from "@std/assert";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { openKeptStorage } from "../../src/local/open_storage.ts";
import { untilReady } from "../../src/local/worker_client.ts";

/**
 * The status that a request with these lines gets, over a plain connection: fetch() sets its own
 * Host.
 */
async function statusOf(port: number, ...lines: string[]): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const head = [
    "POST /emulator/publish HTTP/1.1",
    "Connection: close",
    "Content-Length: 0",
    ...lines,
  ];
  await connection.write(new TextEncoder().encode(head.join("\r\n") + "\r\n\r\n"));
  const text = await new Response(connection.readable).text();
  return text.split(" ")[1]!;
}

Deno.test("serveOnLoopback() accepts nothing from pages of other origins or for other host names", async () => {
  let taken = 0;
  const server = serveOnLoopback(() => {
    taken++;
    return new Response("ok");
  }, 0);
  const { port } = server;
  const own = `Host: 127.0.0.1:${port}`;
  const cases: [string, string[]][] = [
    ["200", [own]],
    ["200", [`Host: localhost:${port}`]],
    ["200", [`host: LOCALHOST:${port}`, `Origin: http://localhost:${port}`]],
    ["200", [own, `Origin: http://127.0.0.1:${port}`, "Sec-Fetch-Site: same-origin"]],
    ["200", [own, "Sec-Fetch-Site: none"]],
    ["403", [`Host: rebound.example:${port}`]],
    ["403", [`Host: 127.0.0.1.rebound.example:${port}`]],
    ["403", [`Host: 127.0.0.1:${port === 8788 ? 8789 : 8788}`]],
    ["403", ["Host: 127.0.0.1"]],
    ["403", [own, "Origin: https://evil.example"]],
    ["403", [own, "Origin: null"]],
    ["403", [own, "Origin: http://127.0.0.1:1"]],
    ["403", [own, `Origin: https://127.0.0.1:${port}`]],
    ["403", [own, "Sec-Fetch-Site: cross-site"]],
    ["403", [own, "Sec-Fetch-Site: same-site"]],
  ];
  for (const [status, lines] of cases) {
    assertEquals(await statusOf(port, ...lines), status, lines.join(", "));
  }
  assertEquals(taken, cases.filter(([status]) => status === "200").length);
  await server.close();
});

Deno.test("untilReady() reports what answers instead of the Worker, safe for a terminal", async () => {
  const server = serveOnLoopback(() => new Response("no\u001b[2J\r\nyes", { status: 404 }), 0);
  const error = await assertRejects(
    () => untilReady(server.origin, "token", new AbortController().signal),
    Error,
  );
  assertEquals(error.message, "Cannot start: the Worker answers 404: no\ufffd[2J\ufffd\ufffdyes");
  await server.close();
});

Deno.test({
  name: "openKeptStorage() makes a folder that no other user of the machine can read",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const storage = await openKeptStorage(`${folder}/kept`);
      assertEquals((await Deno.stat(storage.path)).mode! & 0o777, 0o700);
      await storage.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
