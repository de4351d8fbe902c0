import { assertEquals } from "@std/assert";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { canRun } from "../support/can_run.ts";
import { ROOT } from "./document.ts";

const SCRIPT = new URL("docs/examples/pull_events.sh", ROOT).pathname;

Deno.test({
  name:
    "the example that pulls events writes each of them once, continues after the last page, and repeats a page that failed",
  // In CI, a missing program is a failure.
  ignore: !Deno.env.has("CI") &&
    (!await canRun("curl", "--version") || !await canRun("jq", "--version")),
  async fn() {
    const asked: string[] = [];
    let isUp = true;
    await using stack = new AsyncDisposableStack();
    const folder = await Deno.makeTempDir();
    stack.defer(() => Deno.remove(folder, { recursive: true }));
    const server = serveOnLoopback((request) => {
      const after = new URL(request.url).searchParams.get("after") ?? "";
      asked.push(`${request.headers.get("authorization")} ${after}`);
      if (!isUp) return new Response("down", { status: 404 });
      const from = after === "earliest" ? 0 : Number(after.split(".")[1]);
      const events = [from + 1, from + 2].filter((seq) => seq <= 5).map((seq) => ({
        id: `e.${seq}`,
      }));
      const to = Math.min(from + 2, 5);
      const gap = from === 0 ? { requested: null, from: "e.0", lost: null } : null;
      return Response.json({ events, next: `e.${to}`, more: to < 4, gap });
    }, 0);
    stack.defer(() => server.close());
    const pull = async () => {
      const { success, stdout } = await new Deno.Command("sh", {
        args: [SCRIPT],
        cwd: folder,
        env: { ADDRESS: server.origin, TOKEN: "pan_1", NO_PROXY: "127.0.0.1" },
      }).output();
      return { success, lines: new TextDecoder().decode(stdout).trim().split("\n") };
    };

    const gap = `{"gap":{"requested":null,"from":"e.0","lost":null}}`;
    const seen = (...ids: number[]) => ids.map((id) => `{"id":"e.${id}"}`);
    assertEquals(await pull(), { success: true, lines: [gap, ...seen(1, 2, 3, 4)] });
    isUp = false;
    assertEquals(await pull(), { success: false, lines: [""] });
    isUp = true;
    assertEquals(await pull(), { success: true, lines: seen(5) });
    assertEquals(await pull(), { success: true, lines: [""] });
    assertEquals(asked, [
      "Bearer pan_1 earliest",
      "Bearer pan_1 e.2",
      "Bearer pan_1 e.4",
      "Bearer pan_1 e.4",
      "Bearer pan_1 e.5",
    ]);
  },
});
