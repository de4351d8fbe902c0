import { assertEquals } from "@std/assert";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { SseReader } from "../support/read_sse.ts";
import { startWorker } from "./bare_worker.ts";
import { FarEnd } from "./far_end.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

const OTHER = "a-token-that-is-removed";
const tokens = async (...names: string[]) =>
  JSON.stringify(
    await Promise.all(names.map(async (name) => ({
      name: `holder of ${name.length}`,
      sha256: await sha256(name),
      scopes: ["read", "admin"],
    }))),
  );

function open(origin: string | URL, token: string): Promise<Response> {
  return fetch(new URL("/v1/events", origin), {
    headers: { authorization: `Bearer ${token}`, accept: "text/event-stream" },
  });
}

/** Reads until the stream ends, or its connection is lost. */
async function untilEnd(reader: SseReader): Promise<void> {
  try {
    while (await reader.next() !== undefined);
  } catch {
    // The connection was lost.
  }
}

Deno.test("a token that is removed from the settings: its streams have ended, and it is refused", async () => {
  using api = await FarEnd.start();
  const { workerd, startWith } = await startWorker(api, {});
  await using _ = workerd;
  await startWith({ API_TOKENS: await tokens(TOKEN, OTHER) });
  const removed = new SseReader((await open(workerd.origin, OTHER)).body!);
  assertEquals((await removed.next())?.event, "ready");

  const ended = untilEnd(removed);
  await startWith({ API_TOKENS: await tokens(TOKEN) });
  await ended;
  const refused = await open(workerd.origin, OTHER);
  assertEquals([refused.status, (await refused.json()).code], [401, "unauthorized"]);
  const kept = await open(workerd.origin, TOKEN);
  assertEquals(kept.status, 200);
  await kept.body?.cancel();
});

Deno.test("an object that still has the old settings ends the streams of a removed token at the next watchdog, and no others", async () => {
  await using worker = await WorkerFixture.start({
    entry: TEST_ENTRY,
    vars: { API_TOKENS: await tokens(TOKEN, OTHER) },
  });
  await worker.api.publishMany(10, Date.now() - 3_600_000, 500);
  await eventually(() => worker.log(), (log) => log.length >= 10);
  const kept = new SseReader((await open(worker.url, TOKEN)).body!);
  const removed = new SseReader((await open(worker.url, OTHER)).body!);
  const object = await worker.object();
  await object.watchdog([await sha256(TOKEN), await sha256(OTHER)]);
  await object.watchdog();
  for (const reader of [kept, removed]) assertEquals((await reader.take(11)).length, 11);

  await object.watchdog([await sha256(TOKEN)]);
  assertEquals(await removed.next(), undefined);
  await worker.api.publish({ event: "Login succeeded." });
  assertEquals((await kept.next())?.event, "audit");
  await kept.cancel();
});
