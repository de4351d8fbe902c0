import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { createEmulator } from "../../src/emulator/create_emulator.ts";
import { newSecret } from "../../src/local/credentials.ts";
import { RunningSource } from "../../src/server/running_source.ts";
import { startServer } from "../../src/server/start_server.ts";
import { readConfig } from "../../src/service/config.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { ServiceLog } from "../simulation/service_log.ts";
import { apiTokens, TOKEN } from "../support/api_token.ts";
import { BareServer } from "../support/bare_server.ts";
import { ANY_EVENT } from "../support/bundle_of.ts";
import { eventually } from "../support/eventually.ts";
import { HeldDisk } from "../support/held_disk.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { SseReader } from "../support/read_sse.ts";
import { FarEnd } from "../worker/far_end.ts";

const API_TOKENS = await apiTokens();
const HOOK = "https://hook.example.com/in";
const headers = { authorization: `Bearer ${TOKEN}`, accept: "application/json" };

/** The API and a receiver, and when the API has shown an event. */
function outside(clock = systemClock) {
  const emulator = createEmulator({ seed: 3, clock });
  const far = {
    emulator,
    /** The ids of the webhooks that arrived. */
    webhooks: [] as string[],
    /** How many requests the API has answered. */
    requests: 0,
    /** Called before the API answers. */
    onRead: () => {},
    network: {
      async fetch(url: string | URL | Request, init?: RequestInit) {
        const request = new Request(url, init);
        if (request.url === HOOK) {
          far.webhooks.push(request.headers.get("webhook-id")!);
          return new Response(null, { status: 204 });
        }
        const answer = await emulator.app.fetch(request);
        far.requests++;
        far.onRead();
        return answer;
      },
    },
  };
  return far;
}

function settingsFor({ emulator }: ReturnType<typeof outside>) {
  const read = readConfig({
    TE_TOKEN: emulator.token,
    TE_BASE_URL: "http://127.0.0.1:9/v7",
    POLL_INTERVAL_SECONDS: "1",
    BACKFILL: "1h",
    API_TOKENS,
    WEBHOOKS: JSON.stringify([{
      name: "hook",
      url: HOOK,
      secret: newSecret(),
      timeoutMs: 1_000,
      retryScheduleMs: [0, 100],
    }]),
  });
  const { config } = read;
  if (config === undefined) throw new Error(JSON.stringify(read.problems));
  return { ...read, config };
}

/** How many events the file has, whether they are on disk or not. */
function recorded(path: string): number {
  using database = new DatabaseSync(path, { readOnly: true });
  return (database.prepare("SELECT COUNT(*) AS n FROM events").get() as { n: number }).n;
}

/** Lets everything run that can run without time passing, files included. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

function openSource(
  path: string,
  far: ReturnType<typeof outside>,
  clock: ManualClock,
  onTick: () => void,
): Promise<RunningSource> {
  return RunningSource.open({
    ...settingsFor(far),
    path,
    bundle: ANY_EVENT,
    network: far.network,
    clock,
    random: () => 0.5,
    onTick,
    onDiskFailure: (error) => assert(false, error.message),
  });
}

/** A source that ticks on a disk that the test holds, in a folder that is removed at the end. */
class HeldSource implements AsyncDisposable {
  readonly disk = new HeldDisk();
  readonly clock = new ManualClock(Date.parse("2026-11-20T12:00:00Z"));
  readonly far = outside(this.clock);
  ticks = 0;
  readonly #log = new ServiceLog(() => {});
  readonly #folder: string;
  #source: RunningSource | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  static async start(): Promise<HeldSource> {
    const held = new HeldSource(await Deno.makeTempDir());
    held.#source = await openSource(held.path, held.far, held.clock, () => held.ticks++);
    held.source.start();
    await turns();
    return held;
  }

  get path(): string {
    return `${this.#folder}/log.db`;
  }

  get source(): RunningSource {
    return this.#source!;
  }

  /** Lets up to a minute pass, until something is so. */
  async passUntil(isSo: () => boolean): Promise<void> {
    for (let n = 0; n < 60 && !isSo(); n++) {
      this.clock.advance(1_000);
      await turns();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disk.release();
    await this.source.stop(AbortSignal.abort());
    await this.source.close();
    this.disk[Symbol.dispose]();
    this.#log[Symbol.dispose]();
    await Deno.remove(this.#folder, { recursive: true });
  }
}

Deno.test("while a sync hangs, no event, answer or webhook leaves and no tick ends; all of it leaves afterwards", async () => {
  await using held = await HeldSource.start();
  const { source, disk, clock, far } = held;
  const get = (path: string, accept = "application/json") =>
    source.fetch(new Request(`http://log${path}`, { headers: { accept } }));
  assertEquals(held.ticks, 1);
  const events = new SseReader((await get("/v1/events", "text/event-stream")).body!);
  assertEquals((await events.next())?.event, "ready");
  let seen: string | undefined;
  const reading = events.next().then((message) => seen = message?.event);

  far.emulator.publish({ event: "Login failed." });
  far.onRead = () => disk.hold();
  await held.passUntil(() => disk.waiting > 0);
  assertEquals(disk.waiting, 1);
  assertEquals(recorded(held.path), 1);
  const before = held.ticks;
  let answered = 0;
  const answers = ["/v1/events", "/v1/alerts", "/v1/status", "/metrics"].map(async (path) => {
    const answer = await get(path);
    answered++;
    return await answer.text();
  });
  await clock.pass(30_000);
  await turns();
  assertEquals(seen, undefined, "no event");
  assertEquals(answered, 0, "no answer");
  assertEquals(far.webhooks, [], "no webhook");
  assertEquals(held.ticks, before, "no tick");

  disk.release();
  await Promise.all(answers);
  await reading;
  assertEquals(seen, "audit");
  assertStringIncludes(await (await get("/v1/events")).text(), "Login failed.");
  await turns();
  assertEquals(far.webhooks.length, 1);
  assert(held.ticks > before, "ticks go on");
  await events.cancel();
});

Deno.test("a tick that nobody reads or hears of ends once what it has written is on disk, and the next follows even if the clock was set back meanwhile", async () => {
  await using held = await HeldSource.start();
  const { disk, clock } = held;
  disk.hold();
  const before = held.ticks;
  await held.passUntil(() => disk.waiting > 0);
  await clock.pass(30_000);
  await turns();
  assertEquals([held.ticks, disk.waiting], [before, 1]);
  clock.correct(clock.now() - 86_400_000);
  disk.release();
  await turns();
  assertEquals(held.ticks, before + 1);
  await held.passUntil(() => held.ticks !== before + 1);
  assert(held.ticks > before + 1, "ticks go on");
});

Deno.test("a source opens once what an earlier process has left is in its file and on disk", async () => {
  using _ = new ServiceLog(() => {});
  using disk = new HeldDisk();
  const folder = await Deno.makeTempDir();
  const clock = new ManualClock(Date.parse("2026-11-20T12:00:00Z"));
  const far = outside(clock);
  const [left, path] = [`${folder}/left.db`, `${folder}/log.db`];
  const before = await openSource(left, far, clock, () => {});
  // As if the process had been killed here.
  for (const suffix of ["", "-wal"]) await Deno.copyFile(left + suffix, path + suffix);
  await before.close();
  const walSize = async () => (await Deno.stat(`${path}-wal`)).size;
  assert(await walSize() > 0);

  disk.hold();
  let isOpen = false;
  const opening = openSource(path, far, clock, () => {}).then((source) => {
    isOpen = true;
    return source;
  });
  try {
    await eventually(() => Promise.resolve(disk.waiting), (waiting) => waiting > 0);
    await turns();
    assertEquals([isOpen, await walSize()], [false, 0]);
  } finally {
    disk.release();
    await (await opening).close();
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("once a sync has failed, nothing leaves the server; the next one records and tells everything once", async () => {
  using _ = new ServiceLog(() => {});
  using disk = new HeldDisk();
  const data = await Deno.makeTempDir();
  const far = outside();
  const read = settingsFor(far);
  const start = (laterMs: number) =>
    startServer({
      data,
      read,
      bundle: ANY_EVENT,
      page: {},
      host: "127.0.0.1",
      port: 0,
      network: far.network,
      clock: { now: () => Date.now() + laterMs, wait: systemClock.wait },
      random: Math.random,
    });
  const first = await start(0);
  let other: typeof first | undefined;
  try {
    const get = (origin: string, path: string) => fetch(`${origin}${path}`, { headers });
    await eventually(
      async () => await (await get(first.origin, "/v1/status")).json(),
      ({ covered }) => covered.to !== null,
    );
    far.emulator.publish({ event: "Login failed." });
    far.onRead = () => disk.hold();
    await eventually(() => Promise.resolve(disk.waiting), (waiting) => waiting > 0);
    disk.fail();
    const error = await first.failed;
    assertStringIncludes(error.message, "Input/output error");
    for (const path of ["/v1/events", "/v1/alerts", "/v1/status"]) {
      const answer = await get(first.origin, path);
      assertEquals(answer.status, 500, path);
      assertMatch((await answer.json()).type, /internal/);
    }
    assertEquals(far.webhooks, []);
    await first.stop(AbortSignal.abort());
    assertEquals(far.webhooks, []);

    far.onRead = () => {};
    other = await start(60_000); // the lease of the message is over
    const { origin } = other;
    const list = async () => (await (await get(origin, "/v1/events")).json()).events.length;
    await eventually(list, (count) => count === 1);
    await eventually(() => Promise.resolve(far.webhooks.length), (count) => count === 1);
    const before = far.requests;
    await eventually(
      () => Promise.resolve(far.requests),
      (requests) => requests > before,
    );
    assertEquals(await list(), 1);
    assertEquals(far.webhooks.length, 1);
  } finally {
    disk.release();
    await first.stop(AbortSignal.abort()).catch(() => {});
    await other?.stop(AbortSignal.timeout(5_000));
    await Deno.remove(data, { recursive: true });
  }
});

Deno.test("panoptes serve ends with exit code 4 when its disk fails, says why, and the next process records everything once", async () => {
  using api = await FarEnd.start();
  const folder = await Deno.makeTempDir();
  const module = new URL("../support/failing_disk.ts", import.meta.url);
  module.searchParams.set("file", `${folder}/fails`);
  await using server = await BareServer.create({
    vars: {
      TE_TOKEN: api.token,
      TE_BASE_URL: api.baseUrl,
      POLL_INTERVAL_SECONDS: "1",
      BACKFILL: "1h",
      API_TOKENS,
    },
    preload: module.href,
  });
  try {
    const count = async () =>
      (await (await fetch(`${server.origin}/v1/status`, { headers })).json()).log.events as number;
    await api.publishMany(5, Date.now() - 60_000);
    server.start();
    await server.ready();
    await eventually(count, (events) => events === 5);
    await Deno.writeTextFile(`${folder}/fails`, "");
    await api.publishMany(5, Date.now() - 10_000);
    assertEquals(await server.ended(), 4);
    assertMatch(
      server.log.join("\n"),
      /Cannot serve any longer: Cannot bring .*\.db to the disk: Input\/output error/,
    );
    await Deno.remove(`${folder}/fails`);
    server.start();
    await server.ready();
    await eventually(count, (events) => events >= 10);
    assertEquals(await count(), 10);
    assertEquals(await server.signal("SIGTERM"), 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
