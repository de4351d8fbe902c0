/// <reference lib="deno.worker" />
// An emulator in a separate thread, which keeps running while the harness blocks the test's thread.
import { createEmulator } from "../../src/emulator/create_emulator.ts";

const emulator = createEmulator({ seed: 1, ratePerMinute: 1_000_000 });
Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => self.postMessage({ port, token: emulator.token }),
}, (request) => emulator.app.fetch(request));
