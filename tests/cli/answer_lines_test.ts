import { assert, assertEquals, assertMatch } from "@std/assert";
import { folder, panoptes, rule } from "./run_panoptes.ts";

/** What no program may keep in memory: 64 KiB again and again. */
function endless(onSend: (bytes: number) => void): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      onSend(65_536);
      controller.enqueue(new Uint8Array(65_536).fill(0x20)); // and no line ends
    },
  });
}

for (
  const [command, status, says] of [
    ["backtest --rules rules.yml --log", 200, /Cannot run the backtest at http:.*16777216/],
    ["events export", 200, /Cannot export events at http:.*16777216 .*check --url/],
    ["log export log.ndjson", 200, /Cannot export the log at http:.*16777216/],
    ["events export", 403, /the log answers 403: the answer is not from Panoptes/],
  ] as const
) {
  Deno.test(`panoptes ${command} reads no answer of ${status} without end, and asks once`, async () => {
    await using files = await folder({ "rules.yml": rule("One", "f: a") });
    let sent = 0;
    let requests = 0;
    await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
      requests++;
      return new Response(endless((bytes) => sent += bytes), {
        status,
        headers: { "Content-Type": "application/x-ndjson" },
      });
    });
    const url = `http://127.0.0.1:${server.addr.port}`;
    const { code, err } = await panoptes([...command.split(" "), "--url", url], {
      cwd: files.path,
      env: { PANOPTES_TOKEN: "x" },
    });
    assertMatch(err, says);
    assertEquals([code, requests], [4, 1]);
    assert(sent < 64 * 1024 * 1024);
  });
}
