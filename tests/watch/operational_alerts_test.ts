import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { EndpointSchema } from "../../src/delivery/endpoint.ts";
import type { Outcome } from "../../src/delivery/outcome.ts";
import { closeAlert } from "../../src/watch/close_alert.ts";
import { Bench, endpointOf, eventAt, MINUTE, START } from "./bench_of.ts";

type Kind = Outcome["kind"];

/** A format that tells closings. */
const chat = v.parse(EndpointSchema, {
  name: "chat",
  url: "https://hooks.slack.com/services/T0/B0/key",
  format: "slack",
  minLevel: "informational",
});

function benchOf(answerOf: (endpoint: string) => Kind) {
  const posts: { endpoint: string; webhookId: string }[] = [];
  const bench: Bench = new Bench({}, {
    endpoints: [
      endpointOf("broken"),
      endpointOf("siem"),
      endpointOf("quiet", { operational: false }),
      chat,
    ],
    attempt: ({ webhookId }, { name }) => {
      posts.push({ endpoint: name, webhookId });
      const kind = answerOf(name);
      const status = kind === "ok" ? 200 : 500;
      const at = bench.clock.now();
      return Promise.resolve({ kind, code: "answered", status, at, durationMs: 1 });
    },
    match: () => [{ rule: { id: "rule", title: "A rule", level: "high" } }],
  });
  const minutes = async (from: number, to: number) => {
    for (let minute = from; minute <= to; minute++) {
      bench.clock.set(START + minute * MINUTE);
      await bench.watch.tick();
    }
  };
  /** The rules of the operational alerts so far, and who got a message about each. */
  const told = () =>
    bench.log.alertsAfter(0, 100).filter(({ ruleId }) => ruleId !== "rule").map((
      { id, ruleId },
    ) => ({
      id,
      ruleId,
      to: posts.filter(({ webhookId }) => webhookId === id).map(({ endpoint }) => endpoint).sort(),
    }));
  return { bench, posts, minutes, told };
}

Deno.test("the others are told that an endpoint fails, after five minutes that it is paused, and in the end that it works again", async () => {
  let isWell = false;
  const { bench, posts, minutes, told } = benchOf((name) =>
    name !== "broken" || isWell ? "ok" : "retry"
  );
  using _ = bench;
  for (const user of ["a", "b", "c"]) bench.api.publish(eventAt(0, user));
  await minutes(0, 3);
  assertEquals(told().map(({ ruleId, to }) => [ruleId, ...to]), [
    ["panoptes.endpoint.failing", "chat", "siem"],
  ]);
  await minutes(4, 7);
  assertEquals(told().map(({ ruleId }) => ruleId), [
    "panoptes.endpoint.failing",
    "panoptes.endpoint.paused",
  ]);
  isWell = true;
  await minutes(8, 14);
  const all = told();
  assertEquals(all.map(({ ruleId, to }) => [ruleId, ...to]), [
    ["panoptes.endpoint.failing", "chat", "siem"],
    ["panoptes.endpoint.paused", "chat", "siem"],
    ["panoptes.endpoint.recovered", "siem"],
  ]);
  for (const { id } of all.slice(0, 2)) {
    assertEquals(bench.log.alertChanges(id)?.map(({ state, by }) => [state, by]), [
      ["closed", "panoptes"],
    ]);
    const closings = posts.filter(({ webhookId }) => webhookId === `${id}-closed`);
    assertEquals(closings.map(({ endpoint }) => endpoint), ["chat"]);
  }
  assertEquals(bench.watch.status().health, "green");
  await minutes(15, 30);
  assertEquals(told().length, 3);
});

Deno.test("an alert that is closed is told as closed where it was told, once, and after itself", async () => {
  let isDown = true;
  const { bench, posts, minutes } = benchOf((name) => name === "chat" && isDown ? "retry" : "ok");
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.watch.tick();
  const [alert] = bench.log.alertsAfter(0, 1);
  const id = alert!.id;
  const find = (name: string) => bench.ports.endpoints.find((one) => one.name === name);
  for (const state of ["closed", "open", "closed"] as const) {
    const at = new Date(bench.clock.now()).toISOString();
    bench.log.transaction(() =>
      closeAlert(
        { log: bench.log, find },
        id,
        { state, by: "ana", at, note: null },
        bench.clock.now(),
      )
    );
  }
  isDown = false;
  const before = posts.length;
  await minutes(1, 30);
  const later = posts.slice(before).filter(({ webhookId }) => webhookId.startsWith(id));
  assertEquals(later, [
    { endpoint: "chat", webhookId: id },
    { endpoint: "chat", webhookId: `${id}-closed` },
  ]);
  assert(bench.log.counts().messages["waiting"] === undefined);
});
