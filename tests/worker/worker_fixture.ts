import { parse } from "npm:deno-std@1.4.0/toml/mod.js";
import { createTestHarness } from "wrangler";
import type { Alert } from "../../src/alert/alert.ts";
import { apiTokens, TOKEN } from "../support/api_token.ts";
import { checked, checkMessage } from "../support/checked_answers.ts";
import { eventually } from "../support/eventually.ts";
import { SseReader } from "../support/read_sse.ts";
import { FarEnd } from "./far_end.ts";

type Config = Extract<
  NonNullable<NonNullable<Parameters<typeof createTestHarness>[0]>["workers"]>[number],
  { config: unknown }
>["config"];

const ROOT = new URL("../../", import.meta.url);

/** The entry that gives control over its object. */
export const TEST_ENTRY = "tests/worker/entry_for_tests.ts";

/** What that entry adds to the object. */
export interface ObjectUnderTest {
  alarmAt(): Promise<number | null>;
  setAlarm(at: number): Promise<void>;
  loseAlarm(): Promise<void>;
  die(): Promise<void>;
  watchdog(tokens?: readonly string[]): Promise<string>;
}

/** The real Worker in real workerd, with an emulator of the API. */
export class WorkerFixture implements AsyncDisposable {
  #harness: ReturnType<typeof createTestHarness>;
  /** The address of the Worker, for real connections. */
  url: URL;
  /** The API that it watches. */
  api: FarEnd;

  private constructor(
    parts: { harness: ReturnType<typeof createTestHarness>; url: URL; api: FarEnd },
  ) {
    this.#harness = parts.harness;
    this.url = parts.url;
    this.api = parts.api;
  }

  /** Starts everything; `vars` take precedence over the defaults, and undefined removes one. */
  static async start(
    { vars = {}, entry = "src/worker/mod.ts" }: {
      vars?: Record<string, string | undefined>;
      entry?: string;
    } = {},
  ): Promise<WorkerFixture> {
    const api = await FarEnd.start();
    const given: Record<string, string | undefined> = {
      TE_TOKEN: api.token,
      TE_BASE_URL: api.baseUrl,
      POLL_INTERVAL_SECONDS: "1",
      API_TOKENS: await apiTokens(),
      ...vars,
    };
    const config = await wranglerConfig(
      entry,
      Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    );
    const harness = createTestHarness({ workers: [{ config }] });
    const { url } = await harness.listen();
    return new WorkerFixture({ harness, url, api });
  }

  /** Calls the Worker with the token; the answer is checked against `/openapi.json`. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${TOKEN}`);
    const response = await fetch(new URL(path, this.url), { ...init, headers });
    return checked(init.method ?? "GET", path, response);
  }

  /** Reads JSON from the Worker. */
  async json(path: string): Promise<Record<string, unknown>> {
    return await (await this.fetch(path, { headers: { Accept: "application/json" } })).json();
  }

  /** Opens an event stream. */
  async stream(path: string, lastEventId?: string, signal?: AbortSignal): Promise<SseReader> {
    const headers: Record<string, string> = lastEventId ? { "Last-Event-ID": lastEventId } : {};
    const deadline = AbortSignal.timeout(120_000); // or a message that never comes would hang the test
    const response = await this.fetch(path, {
      headers,
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
    if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
    return new SseReader(response.body!, checkMessage);
  }

  /** All events, as the Worker returns them. */
  log(): Promise<{ id: string; event: Record<string, unknown> }[]> {
    return this.#lines("/v1/events");
  }

  /** All alerts, as the Worker returns them. */
  alerts(): Promise<{ id: string; alert: Alert }[]> {
    return this.#lines("/v1/alerts");
  }

  async #lines<Line>(path: string): Promise<Line[]> {
    const response = await this.fetch(path, { headers: { Accept: "application/x-ndjson" } });
    const text = await response.text();
    return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
  }

  /**
   * Evicts the object from memory between two polls. The harness waits until nothing is in
   * progress, and would deadlock during a poll, since requests to the API pass through the harness.
   */
  async evict(tries = 3): Promise<void> {
    await eventually(
      () => this.json("/v1/status") as Promise<{ readings: unknown[]; nextPollAt: string }>,
      ({ readings, nextPollAt }) =>
        readings.length === 0 && Date.parse(nextPollAt) > Date.now() + 400,
    );
    try {
      await this.#harness.getWorker().evictDurableObject("EVENT_LOG", { name: this.#source });
    } catch (error) {
      // On a busy machine the next poll may begin first: between two others there is time again.
      if (tries <= 1 || !String(error).includes("active references")) throw error;
      await this.evict(tries - 1);
    }
  }

  /** Runs one statement inside the object. */
  async sql(statement: string): Promise<Record<string, unknown>[]> {
    const storage = await this.#harness.getWorker().getDurableObjectStorage("EVENT_LOG", {
      name: this.#source,
    });
    return await storage.exec(statement) as Record<string, unknown>[];
  }

  /** The object itself, if the entry is `TEST_ENTRY`. */
  async object(): Promise<ObjectUnderTest> {
    const env = await this.#harness.getWorker<{
      EVENT_LOG: { getByName(name: string): ObjectUnderTest };
    }>().getEnv();
    return env.EVENT_LOG.getByName(this.#source);
  }

  /** Kills the object, even with open connections. */
  async kill(): Promise<void> {
    await (await this.object()).die().catch(() => {}); // it dies before it can answer
  }

  /** Runs the cron once. */
  async cron(): Promise<void> {
    await this.#harness.getWorker().scheduled({ cron: "* * * * *", scheduledTime: new Date() });
  }

  /** The lines that the Worker has logged. */
  get logs(): string[] {
    return this.#harness.getLogs().map(({ message }) => message);
  }

  get #source(): string {
    return `${this.api.baseUrl} all`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#harness.close();
    this.api[Symbol.dispose]();
  }
}

/**
 * The deployed configuration without its custom build: the test task has built the rules already.
 */
async function wranglerConfig(
  entry: string,
  vars: Record<string, string | undefined>,
): Promise<Config> {
  const { build: _, ...toml } = parse(await Deno.readTextFile(new URL("wrangler.toml", ROOT)));
  const alias = { ...toml.alias as object, "@std/assert": "deno-std/assert/mod.js" };
  return { ...toml, alias, main: new URL(entry, ROOT).pathname, vars } as unknown as Config;
}
