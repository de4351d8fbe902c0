import { assert, assertEquals } from "@std/assert";
import { createGateway } from "../../../src/http/gateway.ts";
import { sha256 } from "../../support/api_token.ts";
import { logsRequest, pushedRecord } from "../../support/otlp.ts";
import { LogFixture } from "../log_fixture.ts";

const EVENT = { aid: "75", date: "1970-01-01T00:00:01Z", event: "Login failed.", uid: "7" };
const GOOD = logsRequest([pushedRecord(EVENT)]);

async function gatewayOf(fixture: LogFixture) {
  return createGateway({
    tokens: [{ name: "te", sha256: await sha256("pusher"), scopes: ["intake"] }],
    sources: ["default"],
    clock: fixture.clock,
    backend: (request) => fixture.app.fetch(request),
    report: () => {},
  });
}

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

function gzip(body: Body): ReadableStream<Uint8Array> {
  const stream = new Response(body).body as ReadableStream<Uint8Array<ArrayBuffer>>;
  return stream.pipeThrough(new CompressionStream("gzip"));
}

async function push(
  fixture: LogFixture,
  body: Body,
  headers: Record<string, string> = {},
): Promise<Response> {
  const app = await gatewayOf(fixture);
  return await app.request("/v1/intake/otlp/v1/logs", {
    method: "POST",
    headers: {
      "Authorization": "Bearer pusher",
      "Content-Type": "application/json",
      ...headers,
    },
    body,
  });
}

Deno.test("what is taken is answered with an empty ExportLogsServiceResponse in the encoding of the request", async () => {
  using fixture = new LogFixture();
  const taken = await push(fixture, gzip(GOOD), { "Content-Encoding": "gzip" });
  assertEquals([taken.status, await taken.json()], [200, {}]);
  assertEquals(fixture.log.head().newest, 1);
  const empty = await push(fixture, "", { "Content-Type": "application/x-protobuf" });
  assertEquals([empty.status, empty.headers.get("Content-Type")], [200, "application/x-protobuf"]);
  assertEquals((await empty.bytes()).length, 0);
});

Deno.test("each push is in the log of requests once it is answered, in either encoding", async () => {
  using fixture = new LogFixture();
  const types = ["application/json", "application/x-protobuf"];
  for (const type of types) {
    const answer = await push(fixture, "", { "Content-Type": type });
    const { status, bytes, streamMs } = fixture.requests.at(-1)!;
    assertEquals([status, bytes, streamMs], [answer.status, (await answer.bytes()).length, null]);
  }
  assertEquals(fixture.requests.length, types.length);
});

Deno.test("what is set aside is a partial success, which the sender does not repeat", async () => {
  using fixture = new LogFixture();
  const records = [pushedRecord(EVENT), pushedRecord({ event: "Nothing else." })];
  const answer = await push(fixture, logsRequest(records));
  const { partialSuccess } = await answer.json();
  assertEquals([answer.status, partialSuccess.rejectedLogRecords], [200, "1"]);
  assert(partialSuccess.errorMessage.includes("/v1/invalid-events"));
});

Deno.test("what cannot be read is refused with a google.rpc.Status in the encoding of the request, and noted", async () => {
  const big = new Uint8Array(5 * 1024 * 1024);
  const refused: [Body, Record<string, string>, status: number, code: number][] = [
    ["{", {}, 400, 3],
    [`{"resourceSpans":[]}`, {}, 400, 3],
    ["\xff", { "Content-Type": "application/x-protobuf" }, 400, 3],
    [GOOD, { "Content-Encoding": "gzip" }, 400, 3],
    [big, {}, 413, 8],
    [gzip(big), { "Content-Encoding": "gzip" }, 413, 8],
    [GOOD, { "Content-Encoding": "br" }, 415, 3],
    [GOOD, { "Content-Type": "text/plain" }, 415, 3],
  ];
  for (const [body, headers, status, code] of refused) {
    using fixture = new LogFixture();
    const answer = await push(fixture, body, headers);
    assertEquals(answer.status, status);
    if (headers["Content-Type"] === "application/x-protobuf") {
      const [tag, value] = await answer.bytes();
      assertEquals([tag, value], [1 << 3, code]);
    } else assertEquals((await answer.json()).code, code);
    assertEquals(fixture.refusedPushes.length, 1);
  }
});

Deno.test("who may not push learns it as OTLP says, and nothing is noted as refused", async () => {
  using fixture = new LogFixture();
  const answer = await push(fixture, GOOD, { Authorization: "Bearer nobody" });
  assertEquals([answer.status, (await answer.json()).code], [401, 16]);
  assert(answer.headers.get("WWW-Authenticate")?.includes("invalid_token"));
  assertEquals(fixture.refusedPushes, []);
});

Deno.test("what may pass is a 503 with Retry-After, so that the exporter sends it again", async () => {
  using fixture = new LogFixture();
  fixture.access.push = () => {
    throw new Error("disk full");
  };
  const answer = await push(fixture, GOOD);
  const { code } = await answer.json();
  assertEquals([answer.status, answer.headers.get("Retry-After"), code], [503, "30", 14]);
});
