import { assertEquals } from "@std/assert";
import { followStatus } from "../../src/local/worker_client.ts";

Deno.test("followStatus() takes a status that cannot be read for a failure, and not for a recovery", async () => {
  const failing = { failures: [{ code: "network", message: "No answer", advice: "Wait" }] };
  const answers = [
    () => Response.json(failing),
    () => Response.json({ code: "unavailable" }, { status: 503 }),
    () => Response.json({ failures: [] }),
  ];
  const ending = new AbortController();
  const told: (string | undefined)[] = [];
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    const answer = answers.shift();
    return answer === undefined ? new Response(null, { status: 500 }) : answer();
  });
  await followStatus(`http://127.0.0.1:${server.addr.port}/v1/status`, "token", {
    onChange(failure) {
      told.push(failure);
      if (told.length === 3) ending.abort();
    },
    signal: ending.signal,
    clock: { now: () => 0, wait: () => Promise.resolve() },
  });
  assertEquals(told, [
    "No answer. Wait",
    "The status cannot be read: the Worker answers 503",
    undefined,
  ]);
});
