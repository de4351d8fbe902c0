import { assertEquals } from "@std/assert";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { serveContract } from "./contract_server.ts";
import { CONTRACT, runCase } from "./stream_contract.ts";

for (const one of CONTRACT) {
  Deno.test(`on Deno, ${one.name}`, async () => {
    const [far, other] = [serveContract(), serveContract()];
    try {
      await runCase(one, { origin: far.origin, otherOrigin: other.origin });
    } finally {
      await far.close();
      await other.close();
    }
  });
}

Deno.test({
  name: "in workerd, every promise of the contract holds",
  // esbuild and miniflare keep processes and sockets of their own.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn(test) {
    const [far, other] = [serveContract(), serveContract()];
    const miniflare = new Miniflare({
      cf: false, // or it would fetch an example from the internet
      telemetry: { enabled: false },
      workers: [{
        config: {
          name: "contract",
          compatibilityDate: "2026-04-01",
          manifest: {
            mainModule: "worker.mjs",
            modulesRoot: "/",
            modules: { "worker.mjs": { type: "esm", contents: await bundle() } },
          },
          env: {
            ORIGIN: { type: "text", value: far.origin },
            OTHER_ORIGIN: { type: "text", value: other.origin },
          },
        },
      }],
    });
    try {
      const response = await miniflare.dispatchFetch("http://contract.test/");
      const results = await response.json() as Record<string, string>;
      assertEquals(Object.keys(results).length, CONTRACT.length);
      for (const [name, result] of Object.entries(results)) {
        await test.step(name, () => assertEquals(result, "ok"));
      }
    } finally {
      await miniflare.dispose();
      await far.close();
      await other.close();
    }
  },
});

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL("contract_worker.ts", import.meta.url).pathname],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    alias: {
      "@std/assert": "deno-std/assert/mod.js",
      "@std/streams": "deno-std/streams/mod.js",
      "@std/streams/limited-bytes-transform-stream":
        "deno-std/streams/limited_bytes_transform_stream.js",
    },
  });
  return outputFiles[0]!.text;
}
