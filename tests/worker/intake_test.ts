import { assert, assertEquals } from "@std/assert";
import { OTLPLogExporter as JsonExporter } from "@opentelemetry/exporter-logs-otlp-http";
import { OTLPLogExporter as ProtobufExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";
import { exportEvent } from "../support/export_event.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const PUSHER = "a-token-that-only-pushes";
/** A Worker with one token that reads, and one that pushes. */
async function pushedWorker(): Promise<WorkerFixture> {
  return await WorkerFixture.start({
    vars: {
      API_TOKENS: JSON.stringify([
        { name: "tests", sha256: await sha256(TOKEN), scopes: ["read", "admin"] },
        { name: "te", sha256: await sha256(PUSHER), scopes: ["intake"] },
      ]),
    },
  });
}

Deno.test("OpenTelemetry's own exporters push into the Worker, in JSON and in protobuf with gzip; polling that shows the same records nothing again", async () => {
  await using worker = await pushedWorker();
  await worker.cron();
  await eventually(() => worker.json("/v1/status"), ({ counts }) => (counts as Counts).pages > 0);
  const headers = { Authorization: `Bearer ${PUSHER}` };
  const now = Date.now();
  const { aid } = makeOrganisation(seededRandom(1)).accountGroups[0]!; // the same as the emulator's
  const happened = (event: string) => ({
    aid,
    date: now - now % 1_000 + 250,
    event,
    uid: "245",
    user: "Ada Byron",
    email: "ada@example.com",
    resources: [{ type: "testName", name: "DNS, internal" }],
  });
  const url = new URL("/v1/intake/otlp", worker.url).href;
  await exportEvent(new JsonExporter({ url, headers }), happened("Test created."));
  await exportEvent(
    // deno-lint-ignore no-explicit-any -- the enumeration is in a package of its own
    new ProtobufExporter({ url: `${url}/v1/logs`, headers, compression: "gzip" as any }),
    happened("Test updated."),
  );
  const expected = ["Test created.", "Test updated."].map((event) => ({
    aid,
    date: new Date(now - now % 1_000).toISOString().replace(".000Z", "Z"),
    event,
    uid: "245",
    user: "Ada Byron (ada@example.com)",
    resources: [{ type: "testName", name: "DNS, internal" }],
  }));
  assertEquals((await worker.log()).map(({ event }) => event), expected);

  // The API returns both a moment later, one of them twice.
  await worker.api.publish(...[...expected, expected[1]!].map((event) => ({ ...event })));
  await eventually(() => worker.json("/v1/status"), ({ counts }) => (counts as Counts).twins === 1);
  assertEquals((await worker.log()).map(({ event }) => event.event), [
    "Test created.",
    "Test updated.",
    "Test updated.",
  ]);
  const { push } = await worker.json("/v1/status") as { push: Record<string, unknown> };
  assertEquals([push.requests, push.recorded, push.refused], [2, 2, 0]);
});

interface Counts {
  readonly pages: number;
  readonly twins: number;
}

Deno.test("in the Worker, a token that pushes reads nothing, no other may push, and random bytes are refused", async () => {
  await using worker = await pushedWorker();
  const post = async (token: string, type: string, body: BodyInit) => {
    const response = await fetch(new URL("/v1/intake/otlp", worker.url), {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": type },
      body,
    });
    await response.body?.cancel();
    return response.status;
  };
  assertEquals(await post(TOKEN, "application/json", "{}"), 403);
  const read = await fetch(new URL("/v1/events", worker.url), {
    headers: { Authorization: `Bearer ${PUSHER}` },
  });
  await read.body?.cancel();
  assertEquals(read.status, 403);
  const bytes = Uint8Array.from({ length: 200 }, (_, index) => index * 37 % 256);
  for (const type of ["application/json", "application/x-protobuf"]) {
    for (let length = 1; length < 200; length += 33) {
      const status = await post(PUSHER, type, bytes.slice(0, length));
      assert(status === 400 || status === 200, `${type} ${length}: ${status}`);
    }
  }
});
