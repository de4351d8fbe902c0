import { ALERT_LEVELS } from "../../src/alert/alert.ts";
import { bundleWorker } from "../../src/local/build_worker.ts";
import { newToken } from "../../src/local/credentials.ts";
import { serveOnLoopback } from "../../src/local/serve_on_loopback.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { BareWorkerd } from "../support/bare_workerd.ts";
import { audit, type Evidence, type Finding } from "./audit.ts";
import { LogClient } from "./log_client.ts";
import { naiveRules } from "./naive_rules.ts";
import { LATEST_MS, Publisher } from "./publisher.ts";
import { settled } from "./settled.ts";
import { SseFollower } from "./sse_follower.ts";
import { WebhookSink } from "./webhook_sink.ts";

/** How a run goes. */
export interface ChaosOptions {
  /** How many times workerd is killed. */
  readonly kills: number;
  /** Decides what happens when, as far as that does not depend on the machine. */
  readonly seed: number;
  /** Events a second on average; 30 without it. */
  readonly perSecond?: number;
  /** Ends it early, orderly: nothing is left behind. */
  readonly signal?: AbortSignal;
  /** Told what goes on. */
  readonly onProgress?: (line: string) => void;
}

/** What a run has shown. */
export interface ChaosReport {
  readonly findings: readonly Finding[];
  /** How much happened. */
  readonly figures: Readonly<Record<string, number | string>>;
}

/** When a kill comes. */
type Moment = "at start" | "under load" | "at work";

const ENDPOINTS = { siem: ALERT_LEVELS, pager: ["high", "critical"] } as const;
const HISTORY = 4_000;
const HISTORY_MS = 3_600_000;
/** Enough attempts, close together: every failure here passes. */
const RETRIES = [0, 200, 400, 800, ...Array<number>(46).fill(1_000)];
const BURST = 300;

/** Runs the Worker in bare workerd, kills it again and again, and audits what is left of it. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { kills, seed, perSecond = 30, signal, onProgress = () => {} } = options;
  const random = seededRandom(seed);
  const emulator = createEmulator({ seed, ratePerMinute: 10_000_000, pageSize: 150 });
  const publisher = new Publisher(emulator, seededRandom(seed + 1));
  emulator.publishHistory(HISTORY, Date.now() - HISTORY_MS, Date.now() - LATEST_MS);
  const api = serveOnLoopback((request) => emulator.app.fetch(request), 0);
  await using _ = { [Symbol.asyncDispose]: () => api.close() };
  await using sink = new WebhookSink(seededRandom(seed + 2));
  const { token, configured } = await newToken();
  const headers = { authorization: `Bearer ${token}` };
  await using workerd = await BareWorkerd.create({
    script: await bundleWorker("tests/chaos/entry.ts"),
    vars: {
      TE_TOKEN: emulator.token,
      TE_BASE_URL: `${api.origin}/v7`,
      POLL_INTERVAL_SECONDS: "1",
      OVERLAP_MINUTES: String(LATEST_MS * 1.5 / 60_000),
      BACKFILL: "2h",
      API_TOKENS: configured,
      WEBHOOKS: JSON.stringify(
        Object.entries(ENDPOINTS).map(([name, [minLevel]]) => ({
          name,
          minLevel,
          url: sink.url(name),
          secret: sink.secret,
          allowHttpLoopback: true,
          timeoutMs: 1_500,
          retryScheduleMs: RETRIES,
        })),
      ),
    },
  });
  await using events = new SseFollower({ url: `${workerd.origin}/v1/events`, headers, random });
  await using alerts = new SseFollower({ url: `${workerd.origin}/v1/alerts`, headers, random });
  const client = new LogClient(workerd.origin, headers);

  const publishing = new AbortController();
  const published = publisher.run(perSecond, publishing.signal);
  const moments: Record<Moment, number> = { "at start": 0, "under load": 0, "at work": 0 };
  const begun = Date.now();
  try {
    for (let kill = 1; kill <= kills; kill++) {
      signal?.throwIfAborted();
      moments[await liveAndDie(workerd, publisher, random)]++;
      if (kill % 10 === 0) {
        onProgress(
          `${kill} kills, ${emulator.size} events published, ${sink.arrivals.length} webhooks received`,
        );
      }
    }
  } finally {
    publishing.abort();
    await published;
  }
  workerd.start();
  await workerd.ready();
  const settling = Date.now();
  onProgress(`${kills} kills; settling`);
  await settled({ client, followers: { events, alerts }, published: emulator.size });

  const evidence: Evidence = {
    published: emulator.events(),
    rules: await naiveRules(new URL("../../rules/", import.meta.url)),
    events: await client.entries("events"),
    alerts: await client.entries("alerts"),
    deliveries: await client.deliveries(),
    arrivals: sink.arrivals,
    endpoints: ENDPOINTS,
    followers: { events: events.told, alerts: alerts.told },
  };
  return {
    findings: audit(evidence),
    figures: {
      seed,
      kills,
      ...Object.fromEntries(Object.entries(moments).map(([name, n]) => [`killed ${name}`, n])),
      "seconds of killing": Math.round((settling - begun) / 1_000),
      "seconds to settle": Math.round((Date.now() - settling) / 1_000),
      "requests to the API": emulator.requestCount,
      "events published": emulator.size,
      "twins made": publisher.twins,
      "published late": publisher.late,
      "webhooks received": sink.arrivals.length,
      "webhooks received again": sink.arrivals.length -
        new Set(sink.arrivals.map(({ endpoint, webhookId }) => `${endpoint} ${webhookId}`)).size,
      "answered badly or cut": sink.arrivals.filter(({ answered }) => !answered).length,
      "SSE connections": events.connections + alerts.connections,
    },
  };
}

/** One life of the process, from its start to its kill. */
async function liveAndDie(
  workerd: BareWorkerd,
  publisher: Publisher,
  random: () => number,
): Promise<Moment> {
  const chance = random();
  const moment: Moment = chance < 0.2 ? "at start" : chance < 0.6 ? "under load" : "at work";
  workerd.start();
  if (moment === "at start") {
    await pause(250 * random());
  } else {
    await workerd.ready();
    if (moment === "under load") publisher.burst(Math.ceil(BURST * random()));
    await pause((moment === "under load" ? 1_200 : 3_000) * random());
    // The watchdog comes at a bad time as well.
    if (random() < 0.2) await fetch(`${workerd.origin}/cron`).catch(() => {});
  }
  await workerd.kill();
  return moment;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
