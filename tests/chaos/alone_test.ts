import { assertEquals } from "@std/assert";
import { bundleWorker } from "../../src/local/build_worker.ts";
import { newSecret } from "../../src/local/credentials.ts";
import { createReceiver } from "../../src/local/webhook_receiver.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { BareWorkerd } from "../support/bare_workerd.ts";

type Told = { data: { events: { event: { user: string } }[] } };

const DEADLINE_MS = 60_000;

Deno.test("the watch continues by itself after a kill: its alarm is on disk", async () => {
  const emulator = createEmulator({ ratePerMinute: 1_000_000 });
  const api = serveOnLoopback((request) => emulator.app.fetch(request), 0);
  await using _api = { [Symbol.asyncDispose]: () => api.close() };
  const secret = newSecret();
  const users: unknown[] = [];
  let told = () => {};
  const receiver = createReceiver({
    secrets: [secret],
    onReceived({ body }) {
      users.push((body as Told).data.events[0]?.event.user);
      told();
    },
  });
  const server = serveOnLoopback(receiver, 0);
  await using _server = { [Symbol.asyncDispose]: () => server.close() };
  await using workerd = await BareWorkerd.create({
    script: await bundleWorker("src/local/worker_with_cron.ts"),
    vars: {
      TE_TOKEN: emulator.token,
      TE_BASE_URL: `${api.origin}/v7`,
      POLL_INTERVAL_SECONDS: "1",
      BACKFILL: "1h",
      WEBHOOKS: JSON.stringify([
        { name: "siem", url: server.origin, secret, allowHttpLoopback: true, minLevel: "low" },
      ]),
    },
  });
  const alerted = (user: string) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`No alert: ${workerd.log}`)), DEADLINE_MS);
      told = () => {
        if (users.at(-1) !== user) return;
        clearTimeout(timer);
        resolve();
      };
      emulator.publish({ event: "Login failed.", user });
    });

  workerd.start();
  await workerd.ready();
  // One call, as by the cron of a deployment, creates the object.
  await workerd.cron();
  await alerted("before the kill");
  await workerd.kill();
  workerd.start(); // and nothing calls it
  await alerted("after the kill");
  assertEquals(new Set(users), new Set(["before the kill", "after the kill"]));
});
