import { assert, assertEquals } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import { newSecret } from "../../src/local/credentials.ts";
import { createReceiver, type ReceivedWebhook } from "../../src/local/webhook_receiver.ts";
import { startWorker, type Status } from "./bare_worker.ts";
import { FarEnd } from "./far_end.ts";
import { sha256, TOKEN } from "../support/api_token.ts";
import { eventually } from "../support/eventually.ts";

const SECRET = newSecret();
const EMEA_TOKEN = "token-for-emea-only";

/** A receiver that fails until it is repaired. */
function startReceiver(name: string, more: Record<string, unknown> = {}) {
  const received: ReceivedWebhook[] = [];
  const accept = createReceiver({
    secrets: [SECRET],
    onReceived: (webhook) => received.push(webhook),
  });
  let works = true;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => works ? accept(request) : new Response(null, { status: 500 }),
  );
  return {
    /** The alerts, each with its source. */
    alerts: () =>
      received.map(({ body }) => (body as { data: Alert }).data)
        .map(({ source, id, rule: { title }, events: [caused] }) => ({
          source,
          id,
          title,
          user: caused?.event["user"],
        })),
    endpoint: {
      name,
      url: `http://127.0.0.1:${server.addr.port}/`,
      secret: SECRET,
      minLevel: "informational",
      allowHttpLoopback: true,
      retryScheduleMs: [0, ...Array<number>(49).fill(500)],
      ...more,
    },
    set works(value: boolean) {
      works = value;
    },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** The Worker with the source of TE_TOKEN, and others from SOURCES. */
async function startSources(
  api: FarEnd,
  sources: readonly Record<string, unknown>[],
  vars: Record<string, string> = {},
) {
  const worker = await startWorker(api, {
    BACKFILL: "0",
    SOURCES: JSON.stringify(sources),
    API_TOKENS: JSON.stringify([
      { name: "tests", sha256: await sha256(TOKEN), scopes: ["admin"] },
      { name: "emea", sha256: await sha256(EMEA_TOKEN), scopes: ["read"], sources: ["emea"] },
    ]),
    ...vars,
  });
  const { origin } = worker.workerd;
  const ask = (path: string, token = TOKEN) =>
    fetch(`${origin}${path}`, {
      headers: { authorization: `Bearer ${token}`, accept: "application/json" },
    });
  return {
    ...worker,
    ask,
    statusOf: (source: string) => worker.get<Status>(`/v1/status?source=${source}`),
    textsIn: async (source: string) =>
      (await worker.get<{ events: { event: { event: string } }[] }>(`/v1/events?source=${source}`))
        .events.map(({ event }) => event.event),
  };
}

Deno.test("two sources: each event and alert is of its own, tokens and endpoints see what they may, and one that fails leaves the other green", async () => {
  using api = await FarEnd.start();
  using other = await FarEnd.start();
  await using all = startReceiver("all");
  await using emea = startReceiver("emea", { sources: ["emea"] });
  const entry = { name: "emea", tokenFrom: "TE_TOKEN_EMEA", baseUrl: other.baseUrl };
  const { workerd, ask, statusOf, textsIn, startWith } = await startSources(api, [entry], {
    TE_TOKEN_EMEA: other.token,
    WEBHOOKS: JSON.stringify([all.endpoint, emea.endpoint]),
  });
  await using _ = workerd;
  await startWith();
  await eventually(() => statusOf("emea"), ({ health }) => health === "green");

  // The same event in both: two entries and two alerts.
  const same = { event: "API token generated.", user: "same", date: Date.now() };
  await api.publish(same, { event: "Only here." });
  await other.publish(same, { event: "Only there." });
  await eventually(() => textsIn("default"), ({ length }) => length === 2);
  await eventually(() => textsIn("emea"), ({ length }) => length === 2);
  assertEquals((await textsIn("default")).sort(), ["API token generated.", "Only here."]);
  assertEquals((await textsIn("emea")).sort(), ["API token generated.", "Only there."]);
  const about = (receiver: typeof all) => receiver.alerts().filter(({ user }) => user === "same");
  await eventually(() => Promise.resolve(about(all)), (alerts) => alerts.length >= 2);
  await eventually(() => Promise.resolve(about(emea)), (alerts) => alerts.length >= 1);
  assertEquals(about(all).map(({ source }) => source).sort(), ["default", "emea"]);
  assertEquals(new Set(about(all).map(({ id }) => id)).size, 2);
  assertEquals(about(emea).map(({ source }) => source), ["emea"]);

  // A token that is limited to one source.
  const alerts = await (await ask("/v1/alerts", EMEA_TOKEN)).json();
  assert(alerts.alerts.length > 0);
  assert(alerts.alerts.every(({ alert }: { alert: Alert }) => alert.source === "emea"));
  assertEquals((await ask("/v1/events?source=default", EMEA_TOKEN)).status, 403);
  assertEquals((await (await ask("/v1/events")).json()).sources, ["default", "emea"]);

  // One whose token is refused.
  await startWith({ TE_TOKEN_EMEA: "an-expired-token" });
  const failed = await eventually(() => statusOf("emea"), ({ failures }) => failures.length > 0);
  assertEquals(failed.failures.map(({ code }) => code), ["unauthorized"]);
  await api.publish({ event: "Still read." });
  await eventually(() => textsIn("default"), (texts) => texts.includes("Still read."));
  assertEquals((await statusOf("default")).health, "green");
  const total = await (await ask("/v1/status")).json();
  assert(total.health !== "green");
  const blind = total.reasons.find(({ code }: { code: string }) => code === "unauthorized");
  assertEquals(blind.source, "emea");
  const listed = async (token?: string) =>
    (await (await ask("/v1/sources", token)).json()).sources
      .map(({ name, health }: { name: string; health: string }) => [name, health === "green"]);
  assertEquals(await listed(), [["default", true], ["emea", false]]);
  assertEquals(await listed(EMEA_TOKEN), [["emea", false]]);
  const metrics = await (await ask("/metrics")).text();
  assert(metrics.includes(`panoptes_health{state="green",source="default"} 1\n`));
  assert(metrics.includes(`panoptes_health{state="green",source="emea"} 0\n`));

  // One whose entry is refused: its log stays readable, and the first source tells it, too.
  await startWith({ TE_TOKEN_EMEA: "" });
  const refused = await eventually(() => statusOf("emea"), ({ failures }) => failures.length > 0);
  const named = ({ reasons }: Status) =>
    reasons.filter(({ code }) => code === "refused_setting").map(({ about }) => about);
  assertEquals(named(refused), ["SOURCES emea"]);
  assertEquals(named(await statusOf("default")), ["SOURCES emea"]);
  assertEquals((await textsIn("emea")).length, 2);

  // After the repair it goes on where it stopped.
  await other.publish({ event: "API token generated.", user: "meanwhile" });
  await startWith();
  await eventually(
    () => Promise.resolve(emea.alerts()),
    (alerts) => alerts.some(({ user }) => user === "meanwhile"),
  );
});

Deno.test("a source that is removed drains: what it owes is delivered with its name, and nothing is read", async () => {
  using api = await FarEnd.start();
  using other = await FarEnd.start();
  await using receiver = startReceiver("emea", { sources: ["emea"], operational: false });
  receiver.works = false;
  const { workerd, ask, statusOf, status, startWith } = await startSources(api, [
    {
      name: "emea",
      token: other.token,
      baseUrl: other.baseUrl,
      rules: { only: ["thousandeyes_api_token_created"] },
    },
  ], { WEBHOOKS: JSON.stringify([receiver.endpoint]) });
  await using _ = workerd;
  await startWith();
  await eventually(() => statusOf("emea"), ({ health }) => health === "green");
  await other.publish(
    { event: "Login failed.", user: "of no rule" },
    { event: "API token generated.", user: "owed" },
  );
  await eventually(() => statusOf("emea"), ({ log }) => (log.messages["waiting"] ?? 0) > 0);

  await startWith({ SOURCES: "[]" });
  const { unfedLogs, reasons } = await eventually(status, ({ unfedLogs }) => unfedLogs.length > 0);
  assertEquals(unfedLogs.map(({ source }) => source), [`emea ${other.baseUrl} all`]);
  // The endpoint and the token go on naming it, which is told.
  assertEquals(
    reasons.filter(({ code }) => code === "refused_setting").map(({ about }) => about),
    ["WEBHOOKS emea", "API_TOKENS emea"],
  );
  assertEquals((await ask("/v1/events?source=emea")).status, 404);
  assertEquals((await ask("/v1/events", EMEA_TOKEN)).status, 403);
  receiver.works = true; // and of the rules, this source has only one
  await eventually(() => Promise.resolve(receiver.alerts()), ({ length }) => length > 0);
  assertEquals(receiver.alerts().map(({ source, user }) => [source, user]), [["emea", "owed"]]);
  await eventually(status, ({ unfedLogs }) => unfedLogs[0]?.owed === 0);
});
