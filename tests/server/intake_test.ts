import { assertEquals } from "@std/assert";
import { OTLPLogExporter as JsonExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { startServer } from "../../src/server/start_server.ts";
import { readConfig } from "../../src/service/config.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { ServiceLog } from "../simulation/service_log.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { ANY_EVENT } from "../support/bundle_of.ts";
import { eventually } from "../support/eventually.ts";
import { exportEvent } from "../support/export_event.ts";

const PUSHER = "a-token-that-only-pushes";

Deno.test("OpenTelemetry's own exporters push into the server, in JSON and in protobuf with gzip; polling that shows the same records nothing again, and each alerts once", async () => {
  using _ = new ServiceLog(() => {});
  const emulator = createEmulator({ seed: 1 });
  const api = serveOnLoopback((request) => emulator.app.fetch(request), 0);
  const data = await Deno.makeTempDir({ prefix: "panoptes-intake-" });
  const read = readConfig({
    TE_TOKEN: emulator.token,
    TE_BASE_URL: `${api.origin}/v7`,
    POLL_INTERVAL_SECONDS: "1",
    BACKFILL: "1h",
    API_TOKENS: JSON.stringify([
      { name: "tests", sha256: await sha256(TOKEN), scopes: ["read"] },
      { name: "te", sha256: await sha256(PUSHER), scopes: ["intake"] },
    ]),
  });
  const { config } = read;
  if (config === undefined) throw new Error(JSON.stringify(read.problems));
  const server = await startServer({
    data,
    read: { ...read, config },
    bundle: ANY_EVENT,
    page: {},
    host: "127.0.0.1",
    port: 0,
    network: { fetch: (url, init) => fetch(url, init) },
    clock: systemClock,
    random: Math.random,
  });
  try {
    const get = async (path: string) => {
      const headers = { authorization: `Bearer ${TOKEN}`, accept: "application/json" };
      return await (await fetch(`${server.origin}${path}`, { headers })).json();
    };
    const { aid } = emulator.organisation.accountGroups[0]!;
    const now = Date.now();
    const date = now - now % 1_000;
    const happened = (event: string) => ({
      aid,
      date: date + 250,
      event,
      uid: "245",
      user: "Ada Byron",
      email: "ada@example.com",
      resources: [{ type: "testName", name: "DNS, internal" }],
    });
    const url = `${server.origin}/v1/intake/otlp`;
    const headers = { Authorization: `Bearer ${PUSHER}` };
    await exportEvent(new JsonExporter({ url, headers }), happened("Test created."));
    const compressed = { url: `${url}/v1/logs`, headers, compression: "gzip" };
    await exportEvent(
      // deno-lint-ignore no-explicit-any -- the enumeration is in a package of its own
      new ProtobufExporter(compressed as any),
      happened("Test updated."),
    );
    const names = async () =>
      (await get("/v1/events")).events.map((one: { event: { event: string } }) => one.event.event);
    assertEquals(await names(), ["Test created.", "Test updated."]);

    // The API shows both as well, one of them twice.
    for (const event of ["Test created.", "Test updated.", "Test updated."]) {
      const { email, ...one } = happened(event);
      emulator.publish({ ...one, date, user: `${one.user} (${email})` });
    }
    await eventually(() => get("/v1/status"), ({ counts }) => counts.twins === 1);
    assertEquals(await names(), ["Test created.", "Test updated.", "Test updated."]);
    const { alerts } = await get("/v1/alerts");
    assertEquals(
      alerts.map((
        { alert }: Alerted,
      ) => [alert.events[0]?.event.event, alert.events[0]?.occurrence]),
      [["Test created.", 1], ["Test updated.", 1], ["Test updated.", 2]],
    );
    const { push } = await get("/v1/status");
    assertEquals([push.requests, push.recorded, push.refused], [2, 2, 0]);
  } finally {
    await server.stop(AbortSignal.timeout(5_000));
    await api.close();
    await Deno.remove(data, { recursive: true });
  }
});

interface Alerted {
  readonly alert: {
    readonly events: readonly {
      readonly occurrence: number;
      readonly event: { readonly event: string };
    }[];
  };
}
