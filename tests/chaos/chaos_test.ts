import { assert, assertEquals } from "@std/assert";
import { parseAllDocuments } from "yaml";
import { audit, type Evidence } from "./audit.ts";
import { eventKey } from "../support/event_key.ts";
import { naiveRules } from "./naive_rules.ts";
import { runChaos } from "./run_chaos.ts";
import { SEED } from "../support/fuzz_settings.ts";

for (const [shell, kills] of [["worker", 3], ["server", 2]] as const) {
  Deno.test(`the ${shell} keeps every promise through ${kills} kills`, async () => {
    const { findings, figures } = await runChaos({ shell, kills, seed: SEED });
    for (const { promise, missing, wrong, examples, expected } of findings) {
      assertEquals({ missing, wrong, examples }, { missing: 0, wrong: 0, examples: [] }, promise);
      // A short run may have nothing critical, for the pager, and no answer to a push.
      const isRare = /^(?:pager|pushes)/.test(promise);
      assert(isRare || expected > 0, `${promise}: nothing was tested, ${JSON.stringify(figures)}`);
    }
  });
}

const EVENT = { aid: "1", date: "2026-11-22T10:00:00Z", event: "Login failed.", user: "Ann" };

/** Two twins, each with its alert, delivered once and followed. */
function evidence(): Evidence & { followers: Record<"events" | "alerts", unknown[]> } {
  const alert = (occurrence: number) => ({
    id: `a${occurrence}`,
    rule: { id: "r" },
    backfilled: false,
    events: [{ occurrence, event: EVENT }],
  });
  const recordedAt = Date.parse(EVENT.date);
  const events = [1, 2].map((seq) => ({ id: `e.${seq}`, recordedAt, body: EVENT }));
  const alerts = [1, 2].map((seq) => ({ id: `e.${seq}`, recordedAt, body: alert(seq) }));
  const told = (entries: typeof alerts | typeof events) =>
    entries.map(({ id, body }) => ({ type: "entry" as const, id, data: JSON.stringify(body) }));
  return {
    published: [1, 2].map((id) => ({ id, publishedAt: 0, event: EVENT })),
    rules: [{ id: "r", level: "high", alertsAlone: true, matches: () => true }],
    events,
    alerts,
    deliveries: [1, 2].map((id) => ({ id, alert: `a${id}`, endpoint: "siem", state: "delivered" })),
    arrivals: [1, 2].map((id) => ({
      endpoint: "siem",
      webhookId: `a${id}`,
      fault: undefined,
      alert: alert(id),
      answer: "204",
      answered: true,
    })),
    endpoints: { siem: ["high"] },
    followers: { events: told(events), alerts: told(alerts) },
  };
}

Deno.test("the audit finds nothing if nothing is wrong", () => {
  for (const { promise, missing, wrong } of audit(evidence())) {
    assertEquals([missing, wrong], [0, 0], promise);
  }
});

// deno-lint-ignore no-explicit-any -- evidence is read-only, except for forgeries
const FORGERIES: Record<string, [promise: string, forge: (evidence: any) => void]> = {
  "a lost twin": ["events recorded once", ({ events }) => events.pop()],
  "an event recorded twice": ["events recorded once", ({ events }) => events.push(events[0])],
  "a lost alert": ["one alert per rule", ({ alerts }) => alerts.pop()],
  "a duplicate alert": ["one alert per rule", ({ alerts }) => alerts.push(alerts[0])],
  "a match under two ids": [
    "one alert per rule",
    ({ alerts }) => alerts.push({ ...alerts[0], id: "e.3", body: { ...alerts[0].body, id: "a3" } }),
  ],
  "news that is marked as past": [
    "alerts about the past",
    ({ alerts }) => alerts[0].body.backfilled = true,
  ],
  "the past that is not marked": [
    "alerts about the past",
    ({ events }) =>
      events.forEach((entry: { recordedAt: number }) => entry.recordedAt += 3_600_000),
  ],
  "a page about the past": ["siem: each alert", ({ alerts }) => alerts[0].body.backfilled = true],
  "an undelivered alert": ["siem: each alert", ({ arrivals }) => arrivals.pop()],
  "a second webhook-id": [
    "siem: each alert",
    ({ arrivals }) => arrivals.push({ ...arrivals[0], webhookId: "a3" }),
  ],
  "a bad signature": ["siem: each alert", ({ arrivals }) => arrivals[0].fault = "no match"],
  "a false claim of delivery": [
    'siem: "delivered"',
    ({ arrivals }) => arrivals[0].answered = false,
  ],
  "a dead message": ['siem: "delivered"', ({ deliveries }) => deliveries[0].state = "dead"],
  "a hole in a stream": ["SSE events", ({ followers }) => followers.events.shift()],
  "a repeat in a stream": [
    "SSE events",
    ({ followers }) => followers.events.unshift(followers.events[0]),
  ],
  "a gap in a stream": [
    "SSE alerts",
    ({ followers }) => followers.alerts.unshift({ type: "gap", data: "{}" }),
  ],
  "an id that was assigned twice": [
    "SSE events",
    ({ followers }) => followers.events[0].data = JSON.stringify({ ...EVENT, user: "Bob" }),
  ],
};

for (const [name, [promise, forge]] of Object.entries(FORGERIES)) {
  Deno.test(`the audit finds ${name}`, () => {
    const forged = evidence();
    forge(forged);
    const broken = audit(forged).filter(({ missing, wrong }) => missing + wrong > 0);
    assert(broken.some((finding) => finding.promise.startsWith(promise)), JSON.stringify(broken));
  });
}

Deno.test("eventKey() tells events apart and twins not", () => {
  assertEquals(eventKey(EVENT), eventKey({ ...EVENT, date: "2026-11-22T10:00:00.000+00:00" }));
  assert(eventKey(EVENT) !== eventKey({ ...EVENT, user: "Bob" }));
});

interface InlineTest {
  readonly name: string;
  readonly match: boolean;
  readonly event?: Record<string, unknown>;
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
}

Deno.test("naiveRules() agrees with every inline test in rules/", async () => {
  const folder = new URL("../../rules/", import.meta.url);
  let compared = 0;
  for await (const { name: file } of Deno.readDir(folder)) {
    if (!/\.ya?ml$/.test(file)) continue;
    const text = await Deno.readTextFile(new URL(file, folder));
    for (const document of parseAllDocuments(text)) {
      const { id, tests = [] } = document.toJS();
      for (const { name, match, event, placeholders } of tests as InlineTest[]) {
        if (event === undefined) continue; // of a correlation
        const rule = (await naiveRules(folder, placeholders)).find((rule) => rule.id === id);
        assertEquals(rule?.matches(event), match, `${file}: ${name}`);
        compared++;
      }
    }
  }
  assert(compared > 80, `${compared} tests`);
});
