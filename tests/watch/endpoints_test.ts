import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Outcome } from "../../src/delivery/outcome.ts";
import { metricsText } from "../../src/http/routes/metrics.ts";
import type { Status } from "../../src/http/log_access.ts";
import { Bench, endpointOf, eventAt, MINUTE, START } from "./bench_of.ts";

/** A watch whose endpoints answer as given, by name; every event raises an alert. */
function benchOf(answers: Readonly<Record<string, Partial<Outcome>>>) {
  const posts: { endpoint: string; webhookId: string }[] = [];
  const bench: Bench = new Bench({}, {
    endpoints: Object.keys(answers).map((name) => endpointOf(name)),
    attempt: ({ webhookId }, { name }) => {
      posts.push({ endpoint: name, webhookId });
      const at = bench.clock.now();
      const ok = { kind: "ok", code: "answered", status: 200, at, durationMs: 1 } as const;
      return Promise.resolve({ ...ok, ...answers[name] });
    },
    match: (event) => [{ rule: { id: "rule", title: `About ${event.user}`, level: "high" } }],
  });
  return { bench, posts };
}

Deno.test("with four of five endpoints refusing everything, the status is yellow within two minutes, all four are named with their answers, and the fifth is told", async () => {
  const refusing = {
    slack: { kind: "permanent", status: 400, excerpt: "no_text" },
    pagerduty: { kind: "permanent", status: 403, excerpt: "forbidden\u001b[2J" },
    teams: { kind: "retry", status: 500, excerpt: "attachments missing" },
    splunk: { kind: "permanent", status: 401, excerpt: "Token is required" },
  } as const;
  const { bench, posts } = benchOf({ ...refusing, good: {} });
  using _ = bench;
  bench.api.publish(eventAt(0));
  for (let ms = 0; ms <= 2 * MINUTE; ms += 5_000) {
    bench.clock.set(START + ms);
    await bench.watch.tick();
  }
  const status = bench.watch.status();
  assertEquals(status.health, "yellow");
  const failures = new Map(status.failures.map((failure) => [failure.of, failure]));
  for (const [name, { status, excerpt }] of Object.entries(refusing)) {
    const failure = failures.get(`endpoint ${name}`);
    assertEquals(failure?.status, status);
    const said = String(excerpt).replace("\u001b[2J", " [2J");
    assert(failure?.message.includes(`answer was: ${status}: ${said}`), failure?.message);
    assertMatch(failure?.advice ?? "", /^The receiver /);
  }
  const told = bench.log.alertsAfter(0, 100).filter(({ ruleId }) => ruleId !== "rule");
  const about = (body: string) =>
    JSON.parse(body).matched.find(({ item }: { item: string }) => item === "about").value;
  for (const name of Object.keys(refusing)) {
    const alert = told.find(({ body }) => about(body) === name);
    const to = posts.filter(({ webhookId }) => webhookId === alert?.id);
    assert(to.some(({ endpoint }) => endpoint === "good"), name);
    assert(!to.some(({ endpoint }) => endpoint === name), `${name} was told about itself`);
  }
  const text = metricsText(
    {
      ...status,
      source: "default",
      ruleSet: { revision: "", source: "" },
      subscribers: {},
      streams: {},
      tokens: [],
      authentication: {},
    } as unknown as Status,
    { rules: [], counts: [] },
  );
  for (const name of Object.keys(refusing)) {
    assertMatch(
      text,
      new RegExp(
        `^panoptes_failing\\{of="endpoint ${name}",code="\\w+",source="default"\\} [1-9]`,
        "m",
      ),
    );
  }
  assert(!text.includes(`of="endpoint good"`));
});

Deno.test("other settings of an endpoint are a fresh start, and its queue is sent at once", async () => {
  const { bench, posts } = benchOf({ siem: { kind: "gone", status: 410 } });
  using _ = bench;
  bench.api.publish(eventAt(0));
  await bench.watch.tick();
  assertEquals(bench.watch.endpoints().map(({ state, queued }) => [state, queued]), [[
    "disabled",
    1,
  ]]);
  const endpoints = bench.ports.endpoints as ReturnType<typeof endpointOf>[];
  endpoints[0] = endpointOf("siem", { url: "https://siem.example.com/other" });
  await bench.watch.tick();
  assertEquals(posts.length, 2);
  assertEquals(bench.watch.endpoints()[0]?.lastAnswer?.status, 410);
});

Deno.test("a failure that lasts for a minute is told, although there were only two attempts", async () => {
  const { bench } = benchOf({ siem: { kind: "retry", code: "connection_refused" } });
  using _ = bench;
  bench.api.publish(eventAt(0));
  for (const ms of [0, 5_000, 61_000]) {
    bench.clock.set(START + ms);
    await bench.watch.tick();
  }
  const { reasons } = bench.watch.status();
  assertEquals(reasons.map(({ code, about }) => [code, about]), [["delivery_failing", "siem"]]);
});
