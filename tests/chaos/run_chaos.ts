import { ALERT_LEVELS } from "../../src/alert/alert.ts";
import { newApiToken } from "../../src/cli/commands/token_create.ts";
import { newToken } from "../../src/local/credentials.ts";
import { serveOnLoopback } from "../../src/server/serve_on_loopback.ts";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { wait } from "../../src/stream/wait.ts";
import { createShell, type ShellProcess } from "../support/shell.ts";
import type { Shell } from "../support/shell_name.ts";
import { audit, type Evidence, type Finding } from "./audit.ts";
import { LogClient } from "./log_client.ts";
import { naiveRules } from "./naive_rules.ts";
import { MAX_DELAY_MS, Publisher } from "./publisher.ts";
import { Pusher } from "./pusher.ts";
import { SseFollower } from "./sse_follower.ts";
import { WebhookSink } from "./webhook_sink.ts";

/** Options of a run. */
export interface ChaosOptions {
  /** What runs; default the Worker. */
  readonly shell?: Shell;
  /** How many times it is killed. */
  readonly kills: number;
  /** Decides what happens when, apart from what depends on the machine. */
  readonly seed: number;
  /** Events per second on average; 30 by default. */
  readonly perSecond?: number;
  /** Ends it early and leaves nothing behind. */
  readonly signal?: AbortSignal;
  /** Receives lines about the progress. */
  readonly onProgress?: (line: string) => void;
}

/** The result of a run. */
export interface ChaosReport {
  readonly findings: readonly Finding[];
  /** How much happened. */
  readonly figures: Readonly<Record<string, number | string>>;
}

/** When the process is killed. */
type Moment = "at start" | "under load" | "at work";

const ENDPOINTS = { siem: ALERT_LEVELS, pager: ["high", "critical"] } as const;
const HISTORY = 4_000;
const HISTORY_MS = 3_600_000;
/** Enough attempts in a short time, since every failure here passes. */
const RETRIES = [0, 200, 400, 800, ...Array<number>(46).fill(1_000)];
const BURST = 300;
/**
 * The lease of a killed sender ends after 15 seconds and the endpoint's timeout; the rest is
 * reserve.
 */
const SETTLE_TIMEOUT_MS = 240_000;
/** This many looks in a row must find the same, so that duplicates have time to arrive. */
const STEADY_LOOKS = 6;

/** Runs Panoptes in a shell, kills it again and again, and audits the result. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { shell = "worker", kills, seed, perSecond = 30, signal, onProgress = () => {} } = options;
  const random = seededRandom(seed);
  const emulator = createEmulator({ seed, ratePerMinute: 10_000_000, pageSize: 150 });
  const publisher = new Publisher(emulator, seededRandom(seed + 1));
  emulator.publishHistory(HISTORY, Date.now() - HISTORY_MS, Date.now() - MAX_DELAY_MS);
  const api = serveOnLoopback((request) => emulator.app.fetch(request), 0);
  await using _ = { [Symbol.asyncDispose]: () => api.close() };
  await using sink = new WebhookSink(seededRandom(seed + 2));
  const intake = await newApiToken();
  const { token, configured } = await newToken(
    JSON.stringify([{ name: "te", sha256: intake.sha256, scopes: ["intake"] }]),
  );
  const headers = { authorization: `Bearer ${token}` };
  await using running = await createShell(shell, {
    TE_TOKEN: emulator.token,
    TE_BASE_URL: `${api.origin}/v7`,
    POLL_INTERVAL_SECONDS: "1",
    OVERLAP_MINUTES: String(MAX_DELAY_MS * 1.5 / 60_000),
    BACKFILL: "2h",
    SUPPRESS_BY_DEFAULT: "false", // each alert is looked for by itself
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
  });
  await using events = new SseFollower({ url: `${running.origin}/v1/events`, headers, random });
  await using alerts = new SseFollower({ url: `${running.origin}/v1/alerts`, headers, random });
  const client = new LogClient(running.origin, headers);

  const pusher = new Pusher({
    url: `${running.origin}/v1/intake/otlp`,
    headers: { authorization: `Bearer ${intake.token}` },
    published: () => emulator.events(),
    isBegun: () => events.told.some(({ type }) => type === "entry"),
    random: seededRandom(seed + 3),
  });
  const publishing = new AbortController();
  const published = Promise.all([
    publisher.run(perSecond, publishing.signal),
    pusher.run(publishing.signal),
  ]);
  const moments: Record<Moment, number> = { "at start": 0, "under load": 0, "at work": 0 };
  const begun = Date.now();
  try {
    for (let kill = 1; kill <= kills; kill++) {
      signal?.throwIfAborted();
      moments[await liveAndDie(running, publisher, random)]++;
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
  running.start();
  await running.ready();
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
    findings: [...audit(evidence), taken(pusher)],
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
      "log records pushed": pusher.records,
      "pushes answered": pusher.answered,
      "webhooks received": sink.arrivals.length,
      "webhooks received again": sink.arrivals.length -
        new Set(sink.arrivals.map(({ endpoint, webhookId }) => `${endpoint} ${webhookId}`)).size,
      "answered badly or cut": sink.arrivals.filter(({ answered }) => !answered).length,
      "SSE connections": events.connections + alerts.connections,
    },
  };
}

/** What is pushed is never refused. */
function taken({ answered, refused }: Pusher): Finding {
  return {
    promise: "pushes: none is refused, and nothing in one is set aside",
    expected: answered,
    found: answered,
    missing: 0,
    wrong: refused.length,
    examples: refused.slice(0, 5),
  };
}

/** Runs the process once, from its start to its kill. */
async function liveAndDie(
  running: ShellProcess,
  publisher: Publisher,
  random: () => number,
): Promise<Moment> {
  const chance = random();
  const moment: Moment = chance < 0.2 ? "at start" : chance < 0.6 ? "under load" : "at work";
  running.start();
  if (moment === "at start") {
    await wait(250 * random());
  } else {
    await running.ready();
    if (moment === "under load") publisher.burst(Math.ceil(BURST * random()));
    await wait((moment === "under load" ? 1_200 : 3_000) * random());
    // The cron may run at a bad time as well.
    if (random() < 0.2) await running.cron().catch(() => {});
  }
  await running.kill();
  return moment;
}

/**
 * Waits until nothing changes any more, or for the timeout: the audit then says what is missing.
 */
async function settled({ client, followers, published }: {
  client: LogClient;
  followers: Readonly<Record<"events" | "alerts", SseFollower>>;
  published: number;
}): Promise<void> {
  const ends = Date.now() + SETTLE_TIMEOUT_MS;
  let last = "";
  for (let steady = 0; steady < STEADY_LOOKS && Date.now() < ends;) {
    await wait(1_000);
    const { log, covered } = await client.status() as {
      log: { events: number; alerts: number; messages: Record<string, number> };
      covered: { gaps: unknown[] };
    };
    const { pending = 0, leased = 0, waiting = 0 } = log.messages;
    const isDone = log.events >= published && covered.gaps.length === 0 &&
      pending + leased + waiting === 0;
    const now = JSON.stringify([log, followers.events.lastId, followers.alerts.lastId]);
    const isSame = now.replace(/"bytes":\d+/, "") === last.replace(/"bytes":\d+/, "");
    steady = isDone && isSame ? steady + 1 : 0;
    last = now;
  }
}
