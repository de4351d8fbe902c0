import { assert, assertEquals } from "@std/assert";
import { createReceiver, type ReceivedWebhook } from "../../src/local/webhook_receiver.ts";
import { newSecret } from "../../src/local/credentials.ts";
import { wait } from "../../src/stream/wait.ts";
import { startWorker } from "./bare_worker.ts";
import { FarEnd } from "./far_end.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";

const SECRET = newSecret();

/** A receiver that fails until it is repaired. */
function startReceiver() {
  const received: ReceivedWebhook[] = [];
  const accept = createReceiver({
    secrets: [SECRET],
    onReceived: (webhook) => received.push(webhook),
  });
  let works = false;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => works ? accept(request) : new Response(null, { status: 500 }),
  );
  return {
    received,
    endpoint: {
      name: "receiver",
      url: `http://127.0.0.1:${server.addr.port}/`,
      secret: SECRET,
      minLevel: "informational",
      allowHttpLoopback: true,
      retryScheduleMs: [0, ...Array<number>(49).fill(500)],
    },
    repair: () => void (works = true),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

const alertsOf = (received: ReceivedWebhook[]) =>
  received.map(({ body }) => (body as { data: { rule: { title: string } } }).data.rule);

Deno.test("another TE_AID: what the old log owes is delivered, and the status names that log", async () => {
  using api = await FarEnd.start();
  await using receiver = startReceiver();
  const WEBHOOKS = JSON.stringify([receiver.endpoint]);
  const { workerd, get, status, startWith } = await startWorker(api, { WEBHOOKS });
  await using _ = workerd;
  await startWith();
  await api.publish({ event: "API token generated." });
  await eventually(status, ({ log }) => (log.messages["waiting"] ?? 0) > 0);

  await startWith({ TE_AID: "0001" });
  const { unfedLogs, reasons } = await eventually(status, ({ unfedLogs }) => unfedLogs.length > 0);
  assertEquals(unfedLogs.map(({ source }) => source), [`${api.baseUrl} all`]);
  assert(unfedLogs[0]!.events > 0 && unfedLogs[0]!.alerts > 0 && unfedLogs[0]!.owed > 0);
  const named = reasons.find(({ code }) => code === "unfed_log");
  assertEquals([named?.severity, named?.about], ["yellow", `${api.baseUrl} all`]);

  receiver.repair();
  await eventually(
    () => Promise.resolve(alertsOf(receiver.received)),
    (alerts) => alerts.some(({ title }) => title.includes("API Token")),
  );
  // It only delivers: what is new does not come to it.
  await api.publish({ event: "Login succeeded." });
  const drained = await eventually(status, ({ unfedLogs }) => unfedLogs[0]?.owed === 0);
  assertEquals(drained.unfedLogs[0]?.events, unfedLogs[0]!.events);
  assertEquals(drained.reasons.find(({ code }) => code === "unfed_log")?.severity, "info");

  // The old settings bring the old log back, with what has happened meanwhile.
  await startWith();
  await eventually(
    () => get("/v1/events"),
    (page) => JSON.stringify(page).includes("Login succeeded."),
  );
  const { unfedLogs: others } = await status();
  assertEquals(others.filter(({ source }) => source.endsWith(" all")), []);
});

Deno.test("another TE_AID, and the old one again, deliver no alert a second time and nothing about the past", async () => {
  using api = await FarEnd.start();
  await using receiver = startReceiver();
  receiver.repair();
  const { workerd, get, status, startWith } = await startWorker(api, {
    WEBHOOKS: JSON.stringify([receiver.endpoint]),
    BACKFILL: "1d",
  });
  await using _ = workerd;
  type Line = { alert: { backfilled: boolean; events: { event: { user?: string } }[] } };
  const usersOf = (alerts: readonly Line["alert"][]) =>
    alerts.map(({ events: [caused] }) => caused?.event.user);
  const marks = async () =>
    Object.fromEntries(
      (await get<{ alerts: Line[] }>("/v1/alerts")).alerts
        .map(({ alert }) => [usersOf([alert])[0], alert.backfilled]),
    );
  const delivered = () =>
    usersOf(receiver.received.map(({ body }) => (body as { data: Line["alert"] }).data)).sort();
  const create = (user: string, date = Date.now()) =>
    api.publish({ event: "API token generated.", user, date });
  const arrives = (count: number) =>
    eventually(() => Promise.resolve(receiver.received.length), (length) => length >= count);

  await create("past", Date.now() - 3_600_000);
  await startWith();
  await create("first");
  await arrives(1);

  await wait(1_100); // dates are whole seconds: what happens in the second of a start is news
  const [published] = await api.events();
  await startWith({ TE_AID: String(published?.event.aid) });
  await create("second");
  await arrives(2);
  assertEquals(
    await eventually(marks, (all) => Object.keys(all).length === 3),
    { past: true, first: true, second: false },
  );
  await eventually(status, ({ unfedLogs }) => unfedLogs.length > 0);
  await wait(1_100);

  await startWith();
  await create("third");
  await arrives(3);
  assertEquals(
    await eventually(marks, (all) => Object.keys(all).length === 4),
    { past: true, first: false, second: true, third: false },
  );
  assertEquals(delivered(), ["first", "second", "third"]);
});

Deno.test("two spellings of one setting are one log", async () => {
  using api = await FarEnd.start();
  const { workerd, get, status, startWith } = await startWorker(api, { WEBHOOKS: "" });
  await using _ = workerd;
  await startWith();
  await api.publish({ event: "Login succeeded." });
  const head = () => get<{ entries?: unknown[]; epoch?: string }>("/v1/events");
  const first = await eventually(head, (page) => JSON.stringify(page).includes("Login succeeded."));
  const { host } = new URL(api.baseUrl);
  await startWith({ TE_BASE_URL: `HTTP://${host}//v7/` });
  assertEquals(await head(), first);
  assertEquals((await status()).unfedLogs, []);
});

Deno.test("a new token is tried at once, and the status shows no failure of the old one", async () => {
  using api = await FarEnd.start();
  const { workerd, status, get, startWith } = await startWorker(api, { WEBHOOKS: "" });
  await using _ = workerd;
  await startWith({ TE_TOKEN: "an-expired-token" });
  await eventually(status, ({ failures }) => failures[0]?.code === "unauthorized");
  await api.publish({ event: "Login failed." });
  await startWith({ TE_TOKEN: "another-wrong-token" });
  await eventually(status, ({ failures }) => (failures[0]?.count ?? 0) > 1);

  const since = Date.now();
  await startWith();
  assertEquals((await status()).failures, []);
  await eventually(
    () => get("/v1/events"),
    (page) => JSON.stringify(page).includes("Login failed."),
  );
  // The pause after a second 401 is at least a minute.
  assert(Date.now() - since < 60_000);
});

Deno.test("a refused entry silences no other; its messages wait, and status and an alert name it", async () => {
  using api = await FarEnd.start();
  await using receiver = startReceiver();
  receiver.repair();
  const broken = { ...receiver.endpoint, name: "pager", url: "ftp://example.com/" };
  const tokens = [
    { name: "tests", sha256: await sha256(TOKEN), scopes: ["read", "admin"] },
    { name: "same", sha256: await sha256(TOKEN), scopes: ["read"] },
  ];
  const { workerd, status, get, startWith } = await startWorker(api, {
    WEBHOOKS: JSON.stringify([broken, receiver.endpoint]),
    API_TOKENS: JSON.stringify(tokens),
  });
  await using _ = workerd;
  await startWith();
  await api.publish({ event: "API token generated." });
  await eventually(
    () => Promise.resolve(alertsOf(receiver.received)),
    (alerts) =>
      alerts.some(({ title }) => title.includes("API Token")) &&
      alerts.some(({ title }) => title === "A setting of Panoptes is partly invalid"),
  );
  const { health, reasons } = await status();
  assertEquals(
    reasons.filter(({ code }) => code === "refused_setting").map(({ about }) => about),
    ["API_TOKENS same", "WEBHOOKS pager"],
  );
  assertEquals(health, "yellow");
  type Deliveries = { deliveries: { endpoint: string; state: string }[] };
  const owed = (await get<Deliveries>("/v1/deliveries")).deliveries
    .filter(({ endpoint }) => endpoint === "pager");
  assert(
    owed.length > 0 && owed.every(({ state }) => /^(waiting|pending)$/.test(state)),
    JSON.stringify(owed),
  );
});
