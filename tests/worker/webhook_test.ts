import { assert, assertEquals } from "@std/assert";
import { Webhook } from "standardwebhooks";
import { publicKeysOf } from "../../src/delivery/secret.ts";
import { verify } from "../../src/delivery/verify.ts";
import { eventually } from "../support/eventually.ts";
import { WorkerFixture } from "./worker_fixture.ts";

const SECRET = `whsec_${btoa("a secret of thirty-two bytes, ok.")}`;

interface Received {
  id: string;
  at: number;
  signature: string;
  body: string;
}

/** A receiver on loopback that answers with each status in turn, then with 200. */
function startReceiver(...statuses: number[]) {
  const received: Received[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await request.text();
    const headers = Object.fromEntries(request.headers);
    new Webhook(SECRET).verify(body, headers); // throws, and so answers 500, if the signature is invalid
    received.push({
      id: headers["webhook-id"]!,
      at: Number(headers["webhook-timestamp"]),
      signature: headers["webhook-signature"]!,
      body,
    });
    return new Response(null, { status: statuses[received.length - 1] ?? 200 });
  });
  return {
    received,
    webhooks: JSON.stringify([{
      name: "receiver",
      url: `http://127.0.0.1:${server.addr.port}/hook`,
      secret: SECRET,
      minLevel: "informational",
      allowHttpLoopback: true,
      retryScheduleMs: [0, 1_100, 1_100, 1_100],
    }]),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

interface Delivery {
  id: number;
  alert: string;
  state: string;
}

const deliveries = async (worker: WorkerFixture) =>
  (await worker.json("/v1/deliveries") as unknown as { deliveries: Delivery[] }).deliveries;

Deno.test("the Worker sends an alert until it is accepted, under one webhook-id and with fresh signatures", async () => {
  await using receiver = startReceiver(500, 500);
  await using worker = await WorkerFixture.start({ vars: { WEBHOOKS: receiver.webhooks } });
  await worker.cron();
  await worker.api.publish({ event: "Login failed.", user: "Ada (ada@example.com)" });
  const [delivery] = await eventually(
    () => deliveries(worker),
    ([first]) => first?.state === "delivered",
  );
  const { received } = receiver;
  assertEquals(received.length, 3);
  assertEquals(new Set(received.map(({ id }) => id)).size, 1);
  assertEquals(new Set(received.map(({ body }) => body)).size, 1);
  assertEquals(new Set(received.map(({ signature }) => signature)).size, 3);
  assert(received[0]!.at < received[2]!.at);
  const { attempts } = await worker.json(`/v1/deliveries/${delivery!.id}`) as {
    attempts?: { number: number; status: number | null }[];
  };
  assertEquals(attempts?.map(({ number, status }) => [number, status]), [
    [1, 500],
    [2, 500],
    [3, 200],
  ]);
  const { alert } = (await worker.alerts())[0]!;
  assertEquals([received[0]!.id, delivery!.alert], [alert.id, alert.id]);
  assert(received[0]!.body.includes(alert.rule.title));
});

Deno.test("the Worker signs with both kinds of keys, and publishes the public ones to anybody", async () => {
  const own = `whsk_${btoa("an Ed25519 seed of 32 bytes, ok.")}`;
  const previous = `whsk_${btoa("an older seed of 32 bytes, it is")}`;
  const requests: { headers: Headers; body: Uint8Array<ArrayBuffer> }[] = [];
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    async (request) => {
      requests.push({ headers: request.headers, body: await request.bytes() });
      return new Response();
    },
  );
  const WEBHOOKS = JSON.stringify([{
    name: "receiver",
    url: `http://127.0.0.1:${server.addr.port}/`,
    secret: own,
    previousSecrets: [SECRET, previous],
    minLevel: "informational",
    allowHttpLoopback: true,
  }]);
  await using worker = await WorkerFixture.start({ vars: { WEBHOOKS } });
  await worker.cron();
  await worker.api.publish({ event: "Login failed." });
  await eventually(() => deliveries(worker), ([first]) => first?.state === "delivered");
  const response = await fetch(new URL("/.well-known/webhook-keys", worker.url));
  assertEquals(response.headers.get("Cache-Control"), "public, max-age=300");
  const text = await response.text();
  const { keys } = JSON.parse(text) as { keys: { alg: string; key: string }[] };
  assertEquals(
    keys,
    (await publicKeysOf([own, previous])).map((key) => ({ alg: "ed25519", key })),
  );
  for (const secret of [own, previous, SECRET]) assert(!text.includes(secret.split("_")[1]!));
  const [received] = requests;
  for (const secret of [SECRET, ...keys.map(({ key }) => key)]) {
    assert("webhookId" in await verify({ ...received!, secrets: [secret], now: Date.now() }));
  }
});

Deno.test("the Worker redelivers a message on request, under the same webhook-id", async () => {
  await using receiver = startReceiver(410);
  await using worker = await WorkerFixture.start({ vars: { WEBHOOKS: receiver.webhooks } });
  await worker.cron();
  await worker.api.publish({ event: "Login failed.", user: "Ada (ada@example.com)" });
  const oldest = async () => (await deliveries(worker)).at(-1);
  // 410 disables the endpoint, and its queue is kept.
  const kept = await eventually(oldest, (delivery) => delivery?.state === "waiting");
  const response = await worker.fetch(`/v1/deliveries/${kept!.id}/redeliver`, { method: "POST" });
  assertEquals([response.status, (await response.json()).state], [202, "pending"]);
  await eventually(oldest, (delivery) => delivery?.state === "delivered");
  assertEquals(receiver.received.filter(({ id }) => id === kept!.alert).length, 2);
});

Deno.test("the Worker's answers about deliveries contain no URL and no secret", async () => {
  await using receiver = startReceiver();
  await using worker = await WorkerFixture.start({ vars: { WEBHOOKS: receiver.webhooks } });
  await worker.cron();
  await worker.api.publish({ event: "Login failed." });
  await eventually(() => deliveries(worker), ([first]) => first?.state === "delivered");
  for (const path of ["/v1/deliveries", "/v1/status", "/v1/alerts", "/v1/rules"]) {
    const text = JSON.stringify(
      await (await worker.fetch(path, {
        headers: { Accept: "application/json" },
      })).json(),
    );
    for (const secret of [SECRET, "/hook", worker.api.token]) assert(!text.includes(secret), path);
  }
});
