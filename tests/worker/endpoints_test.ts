import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const KEY = "a-long-lived-key-in-the-path-of-a-url";
const SECRET = `whsec_${btoa("a secret of thirty-two bytes, ok.")}`;

/** A receiver on loopback that repeats what it was sent, as some do. */
function startReceiver() {
  const received: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    received.push(await request.text());
    return new Response(`${request.url} ${JSON.stringify([...request.headers])} ${SECRET}`);
  });
  return {
    received,
    endpoint: {
      url: `http://127.0.0.1:${server.addr.port}/${KEY}`,
      secret: SECRET,
      headers: { "x-key": KEY },
      minLevel: "informational",
      allowHttpLoopback: true,
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

async function send(worker: WorkerFixture, method: string, name: string, body?: unknown) {
  const response = await worker.fetch(`/v1/endpoints/${name}`, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { answered: response.status, ...await response.json() };
}

Deno.test("an endpoint that is stored over HTTP gets alerts at once and after an eviction, until it is removed", async () => {
  await using receiver = startReceiver();
  await using worker = await WorkerFixture.start();
  await worker.cron();
  const created = await send(worker, "PUT", "siem", receiver.endpoint);
  assertEquals([created.answered, created.source, created.secret], [201, "stored", true]);
  await worker.api.publish({ event: "Login failed.", user: "Ada (ada@example.com)" });
  await eventually(() => Promise.resolve(receiver.received.length), (count) => count === 1);
  await worker.evict();
  await worker.api.publish({ event: "Login failed.", user: "Eve (eve@example.com)" });
  await eventually(() => Promise.resolve(receiver.received.length), (count) => count === 2);
  assertEquals((await send(worker, "DELETE", "siem")).answered, 200);
  assertEquals((await worker.json("/v1/endpoints")).endpoints, []);
  const { changes } = await worker.json("/v1/changes") as { changes: { what: string }[] };
  assertEquals(changes.map(({ what }) => what), ["endpoint.removed", "endpoint.created"]);
  // Nothing of what was stored has left by another way than to its receiver.
  const { deliveries } = await worker.json("/v1/deliveries") as { deliveries: { id: number }[] };
  const paths = ["/v1/endpoints", "/v1/changes", "/v1/status", "/metrics", "/v1/deliveries"];
  for (const path of [...paths, ...deliveries.map(({ id }) => `/v1/deliveries/${id}`)]) {
    const text = await (await worker.fetch(path)).text();
    for (const secret of [KEY, SECRET, SECRET.slice(6)]) assert(!text.includes(secret), path);
  }
  const attempts = worker.logs.filter((line) => line.includes("An attempt has ended"))
    .map((line) => JSON.parse(line));
  const { startedAt, durationMs, bytes, webhookId, ...rest } = attempts[0] ?? {};
  assertEquals([attempts.length, rest], [2, {
    what: "An attempt has ended",
    endpoint: "siem",
    message: deliveries.at(-1)?.id,
    attempt: 1,
    kind: "ok",
    code: "answered",
    status: 200,
  }]);
  assert(Date.parse(startedAt) > 0 && durationMs >= 0 && webhookId.length === 32);
  assertEquals(bytes, new TextEncoder().encode(receiver.received[0]).length);
  for (const line of worker.logs) assert(!line.includes(KEY) && !line.includes(SECRET), line);
});

Deno.test("what is owed to an endpoint that is removed is cancelled visibly", async () => {
  await using worker = await WorkerFixture.start();
  await worker.cron();
  const url = "http://127.0.0.1:9/nobody-listens";
  await send(worker, "PUT", "siem", {
    url,
    secret: SECRET,
    minLevel: "informational",
    allowHttpLoopback: true,
  });
  await worker.api.publish({ event: "Login failed." });
  const states = async () => {
    const { deliveries } = await worker.json("/v1/deliveries") as {
      deliveries: { state: string }[];
    };
    return deliveries.map(({ state }) => state);
  };
  await eventually(states, ([first]) => first === "waiting");
  await send(worker, "DELETE", "siem");
  await eventually(states, ([first]) => first === "cancelled");
});
