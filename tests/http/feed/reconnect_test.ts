import { assert, assertEquals } from "@std/assert";
import { formatLastEventId, parseLastEventId } from "../../../src/sse/last_event_id.ts";
import { type Chance, chanceOf } from "../../simulation/chance.ts";
import { settled } from "../../support/manual_clock.ts";
import { LogFixture } from "../log_fixture.ts";
import { randomEvent, randomFilter } from "./random_filter.ts";
import { runsOf, SEED } from "../../support/fuzz_settings.ts";

const RUNS = runsOf(150);

/** A real log, and everything that was ever in it. */
class World {
  readonly fixture = new LogFixture();
  /** Every event, by seq. */
  readonly events: { body: string; recordedAt: number }[] = [];
  oldest = 1;
  #number = 0;

  get newest(): number {
    return this.events.length;
  }

  get epoch(): string {
    return this.fixture.log.head().epoch;
  }

  append(chance: Chance, count: number): void {
    const { log, clock } = this.fixture;
    const events = Array.from({ length: count }, () => randomEvent(chance, this.#number++));
    log.transaction(() => log.record(events, { now: clock.now() }));
    for (const { body, recordedAt } of log.eventsAfter(this.newest, count)) {
      this.events.push({ body, recordedAt });
    }
  }

  evict(chance: Chance): void {
    this.oldest = chance.int(this.oldest, this.newest + 1);
    const { log } = this.fixture;
    log.transaction(() => log.sql.run("DELETE FROM events WHERE seq < ?", this.oldest));
  }
}

/** One client, which checks everything that it receives against everything that there ever was. */
class Client {
  readonly #world: World;
  readonly #query: string;
  readonly #isWanted: (seq: number) => boolean;
  /** The id that it will resume with. */
  id: string;
  /** It has received all that it asked for up to here, or was told that it cannot. */
  #seq = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #pending: Promise<void> | undefined;
  received = 0;
  gaps = 0;

  constructor(world: World, query: string, isWanted: (seq: number) => boolean, id: string) {
    this.#world = world;
    this.#query = query;
    this.#isWanted = isWanted;
    this.id = id;
  }

  get isOpen(): boolean {
    return this.#reader !== undefined;
  }

  /** Whether it has been told everything. */
  get isUpToDate(): boolean {
    const { epoch, newest } = this.#world;
    return this.id === formatLastEventId({ epoch, seq: newest });
  }

  async connect(): Promise<void> {
    const response = await this.#world.fixture.request(`/v1/events?${this.#query}`, {
      headers: { "Last-Event-ID": this.id },
    });
    assertEquals(response.status, 200);
    this.#reader = response.body!.getReader();
  }

  /**
   * Reads what is there, or what comes next, at once as it is written; only its first part may
   * arrive.
   */
  async read(part = 1): Promise<void> {
    this.#pending ??= this.#readChunk(part).finally(() => this.#pending = undefined);
    await Promise.race([this.#pending, settledTwice()]);
  }

  async #readChunk(part: number): Promise<void> {
    const reader = this.#reader;
    const { value, done = true } = await reader?.read() ?? {};
    if (done || this.#reader !== reader) return void (this.#reader = undefined);
    const text = new TextDecoder().decode(value);
    // A block counts when its blank line has arrived.
    const blocks = text.slice(0, Math.ceil(text.length * part)).split("\n\n").slice(0, -1);
    for (const block of blocks) this.#take(block);
    if (part < 1) await this.disconnect();
  }

  async disconnect(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.cancel();
  }

  #take(block: string): void {
    const fields = new Map(
      block.split("\n").map((line) => {
        const colon = line.indexOf(": ");
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    const [id, event, data = ""] = ["id", "event", "data"].map((name) => fields.get(name));
    if (event === "gap") this.gap(JSON.parse(data));
    else if (event === "ready") this.#begin(id!);
    else if (event === "audit") this.entry(id!, JSON.parse(data));
    else if (id !== undefined) this.place(id);
  }

  #begin(id: string): void {
    const { epoch, seq } = parseLastEventId(id)!;
    assertEquals(epoch, this.#world.epoch);
    this.id = id;
    this.#seq = seq; // where it asked to begin, or behind the gap that it was told
  }

  gap(gap: { requested: string | null; from: string; lost: number | null }): void {
    this.gaps++;
    const from = parseLastEventId(gap.from)!;
    assertEquals(from.epoch, this.#world.epoch);
    assert(from.seq < this.#world.oldest, `${gap.from} is kept`);
    if (gap.lost !== null) {
      const { epoch, seq } = parseLastEventId(gap.requested!)!;
      assertEquals(epoch, this.#world.epoch);
      assertEquals(gap.lost, from.seq - seq);
      assert(gap.lost > 0);
      const asked = parseLastEventId(this.id);
      if (asked?.epoch === epoch && asked.seq <= seq) this.#passes(asked.seq, seq);
    }
    this.#seq = from.seq;
  }

  entry(id: string, event: unknown): void {
    const { seq } = parseLastEventId(id)!;
    assert(seq > this.#seq, `${id} after ${this.#seq}`);
    assert(this.#isWanted(seq), `${id} was not asked for`);
    assertEquals(event, JSON.parse(this.#world.events[seq - 1]!.body));
    this.#passes(this.#seq, seq - 1);
    this.#seq = seq;
    this.id = id;
    this.received++;
  }

  place(id: string): void {
    const { epoch, seq } = parseLastEventId(id)!;
    assertEquals(epoch, this.#world.epoch);
    assert(seq >= this.#seq, `${id} after ${this.#seq}`);
    this.#passes(this.#seq, seq);
    this.#seq = seq;
    this.id = id;
  }

  /** Nothing that it asked for is after a seq, up to another. */
  #passes(after: number, to: number): void {
    for (let seq = after + 1; seq <= to; seq++) {
      assert(!this.#isWanted(seq), `${seq} is missing: after ${after}, before ${to + 1}`);
    }
  }

  /** Reads everything in another form. */
  async list(form: "application/json" | "application/x-ndjson", limit: number): Promise<void> {
    const { fixture } = this.#world;
    const more = form === "application/json" ? `&limit=${limit}` : "";
    const response = await fixture.request(`/v1/events?${this.#query}${more}`, {
      headers: { Accept: form, "Last-Event-ID": this.id },
    });
    const text = await textOf(response, fixture);
    const place = parseLastEventId(this.id);
    if (this.id !== "earliest" && this.id !== "latest" && place === undefined) {
      assertEquals(response.status, 400);
      return;
    }
    assertEquals(response.status, 200);
    const { epoch, oldest, newest } = this.#world;
    this.#seq = this.id === "latest" ? newest : Math.max(place?.seq ?? 0, oldest - 1);
    const isLost = place !== undefined &&
      (place.epoch !== epoch || place.seq < oldest - 1 || place.seq > newest);
    const gapsBefore = this.gaps;
    if (form === "application/json") {
      const page = JSON.parse(text);
      if (page.gap !== null) this.gap(page.gap);
      for (const { id, event } of page.events) this.entry(id, event);
      assert(page.events.length <= limit);
      this.place(page.next);
      if (!page.more) assertEquals(parseLastEventId(page.next)!.seq, newest);
    } else {
      for (const line of text.split("\n").filter((line) => line !== "")) {
        const { gap, id, event } = JSON.parse(line);
        if (gap === undefined) this.entry(id, event);
        else this.gap(gap);
      }
      this.#passes(this.#seq, newest);
    }
    assertEquals(this.gaps - gapsBefore, isLost ? 1 : 0);
  }
}

async function textOf(response: Response, { clock }: LogFixture): Promise<string> {
  let isOver = false;
  const text = response.text().finally(() => isOver = true);
  while (!isOver) {
    await settledTwice();
    clock.advance(0);
  }
  return await text;
}

async function settledTwice(): Promise<void> {
  await settled();
  await settled();
}

/** An id that a client might send: an old one, one from the future, of another log, or none. */
function anyId(chance: Chance, { epoch, newest }: World): string {
  return chance.pick([
    formatLastEventId({ epoch, seq: chance.int(0, newest) }),
    formatLastEventId({ epoch, seq: chance.int(0, newest) }),
    formatLastEventId({ epoch, seq: newest + chance.int(1, 9) }),
    formatLastEventId({ epoch: "another", seq: chance.int(0, 9) }),
    "earliest",
    "latest",
    "nonsense",
  ]);
}

async function runSchedule(seed: number): Promise<{ received: number; gaps: number }> {
  const chance = chanceOf(seed, "reconnect");
  const world = new World();
  using fixture = world.fixture;
  world.append(chance, chance.int(0, 60));
  const { query, matches } = randomFilter(chance);
  const wanted = new Map<number, boolean>();
  const isWanted = (seq: number) => {
    const known = wanted.get(seq) ?? matches(world.events[seq - 1]!);
    wanted.set(seq, known);
    return known;
  };
  const clients = [0, 1].map(() => new Client(world, query, isWanted, "earliest"));
  for (let step = chance.int(10, 40); step > 0; step--) {
    const client = chance.pick(clients);
    const dice = chance.int(1, 100);
    if (dice <= 20) world.append(chance, chance.is(0.01) ? 2_500 : chance.int(1, 20));
    else if (dice <= 28) world.evict(chance);
    else if (dice <= 30) fixture.access.raiseEpoch("a test");
    else if (dice <= 37) await fixture.clock.pass(chance.int(0, 40_000));
    else if (client.isOpen) {
      if (dice <= 45) await client.disconnect();
      else await client.read(dice <= 60 ? chance.next() : 1);
    } else {
      if (chance.is(0.2)) client.id = anyId(chance, world);
      const form = chance.pick(["application/json", "application/x-ndjson"] as const);
      if (dice <= 80) await client.connect();
      else await client.list(form, chance.int(1, 30));
    }
    await settled();
  }
  // Whoever resumes at last, and stays, is told everything, by heartbeats at the latest.
  for (const client of clients) {
    if (!client.isOpen) await client.connect();
    for (let read = 0; read < 200 && !client.isUpToDate; read++) {
      await client.read();
      if (!client.isOpen) await client.connect();
      if (read > 10) await fixture.clock.pass(5_000);
    }
    assert(client.isUpToDate, `${client.id} of ${world.newest}`);
    await client.disconnect();
  }
  assertEquals([fixture.open, fixture.reports], [0, []]);
  const sum = (of: "received" | "gaps") => clients.reduce((sum, client) => sum + client[of], 0);
  return { received: sum("received"), gaps: sum("gaps") };
}

Deno.test(`${RUNS} random schedules of reconnecting with random filters: every matching event once, or a gap that names exactly what is missing`, async () => {
  let [received, gaps] = [0, 0];
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    try {
      const result = await runSchedule(seed);
      received += result.received;
      gaps += result.gaps;
    } catch (error) {
      throw new Error(`Schedule ${seed}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      });
    }
  }
  assert(received > 10 * RUNS && gaps > RUNS / 2, `${received} events, ${gaps} gaps`);
});
