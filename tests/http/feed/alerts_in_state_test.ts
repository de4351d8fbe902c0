import { assert, assertEquals } from "@std/assert";
import { ALERT_STATES, type AlertState } from "../../../src/alert/alert_state.ts";
import { parseLastEventId } from "../../../src/sse/last_event_id.ts";
import { type Chance, chanceOf } from "../../simulation/chance.ts";
import { runsOf, SEED } from "../../support/fuzz_settings.ts";
import { settled } from "../../support/manual_clock.ts";
import { LogFixture } from "../log_fixture.ts";

const RUNS = runsOf(60);

/** A log with alerts whose states change. */
class World {
  readonly fixture = new LogFixture();
  /** The state of each alert, by its place. */
  readonly states: AlertState[] = [];

  async append(count: number): Promise<void> {
    for (let n = 0; n < count; n++) this.fixture.queueAlert(`a${this.states.push("open")}`);
    await settled();
  }

  change(chance: Chance): void {
    const seq = chance.int(1, this.states.length);
    const state = this.states[seq - 1] = chance.pick(ALERT_STATES);
    const change = { state, by: "ana", at: new Date(0).toISOString(), note: null };
    this.fixture.log.transaction(() => this.fixture.log.changeAlert(`a${seq}`, change));
  }

  /** Those after a place that are in a state now. */
  expected(state: AlertState, after: number): number[] {
    return this.states.flatMap((one, index) => index >= after && one === state ? [index + 1] : []);
  }
}

/** A client of alerts in a state, in any form. */
class Client {
  readonly #world: World;
  readonly #path: string;
  readonly #state: AlertState;
  /** The id that it resumes with. */
  #id = "";
  /** The place up to which it has been told everything. */
  #seq = 0;
  #reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  #pending: Promise<ReadableStreamReadResult<Uint8Array>> | undefined;
  received = 0;

  constructor(world: World, state: AlertState, more: string) {
    this.#world = world;
    this.#state = state;
    this.#path = `/v1/alerts?state=${state}${more}`;
  }

  get isOpen(): boolean {
    return this.#reader !== undefined;
  }

  async step(chance: Chance): Promise<void> {
    const { newest } = this.#world.fixture.log.alertsHead();
    const expected = this.#world.expected(this.#state, this.#seq);
    const form = this.#reader === undefined ? chance.pick(["page", "lines", "stream"]) : "stream";
    const found = form === "stream" ? await this.#follow() : await this.#list(form);
    assertEquals(found.map((id) => parseLastEventId(id)?.seq), expected, form);
    this.received += found.length;
    this.#seq = newest;
    if (!this.isOpen || chance.is(0.5)) await this.disconnect();
  }

  /** What was left out since the last id is asked for again. */
  async disconnect(): Promise<void> {
    this.#seq = parseLastEventId(this.#id)?.seq ?? 0;
    const reader = this.#reader;
    this.#reader = this.#pending = undefined;
    await reader?.cancel();
  }

  async #get(accept: string): Promise<Response> {
    const headers = { accept, "Last-Event-ID": this.#id };
    const response = await this.#world.fixture.request(this.#path, { headers });
    assertEquals(response.status, 200);
    return response;
  }

  async #list(form: string): Promise<string[]> {
    const response = await this.#get(`application/${form === "page" ? "json" : "x-ndjson"}`);
    const text = await response.text();
    const entries: { id: string; state: AlertState }[] = form === "page"
      ? JSON.parse(text).alerts
      : text.split("\n").filter(Boolean).map((line) => JSON.parse(line));
    assert(entries.every(({ state }) => state === this.#state));
    const ids = entries.map(({ id }) => id);
    this.#id = form === "page" ? JSON.parse(text).next : ids.at(-1) ?? this.#id;
    return ids;
  }

  /** Reads all that is there to read. */
  async #follow(): Promise<string[]> {
    this.#reader ??= (await this.#get("text/event-stream")).body!.getReader();
    const ids: string[] = [];
    for (let idle = 0; idle < 3;) {
      this.#pending ??= this.#reader.read();
      const result = await Promise.race([this.#pending, settled()]);
      if (result === undefined) {
        idle++;
        continue;
      }
      this.#pending = undefined;
      for (const block of new TextDecoder().decode(result.value).split("\n\n")) {
        const id = /^id: (.+)$/m.exec(block)?.[1];
        if (id === undefined) continue;
        this.#id = id;
        if (/^event: alert$/m.test(block)) ids.push(id);
      }
    }
    return ids;
  }
}

Deno.test(`${RUNS} random schedules: a client that asks for alerts in a state gets each that is in it when it is read, in every form, and resumes exactly`, async () => {
  let received = 0;
  for (let seed = SEED; seed < SEED + RUNS; seed++) {
    const chance = chanceOf(seed, "alert states");
    const world = new World();
    using fixture = world.fixture;
    await world.append(chance.int(1, 20));
    const more = chance.pick(["", "&level=medium", "&rule=Login%20failed"]);
    const state = chance.pick(ALERT_STATES);
    const clients = [0, 1].map(() => new Client(world, state, more));
    for (let step = chance.int(5, 25); step > 0; step--) {
      if (chance.is(0.3)) {
        await world.append(chance.int(1, 5));
        // An open stream reads what is new at once, and not when its states have changed.
        for (const client of clients) if (client.isOpen) await client.step(chance);
      }
      for (let n = chance.int(0, 6); n > 0; n--) world.change(chance);
      await chance.pick(clients).step(chance);
    }
    for (const client of clients) {
      received += client.received;
      await client.disconnect();
    }
    assertEquals([fixture.open, fixture.reports], [0, []], `schedule ${seed}`);
  }
  assert(received > 10 * RUNS, `${received}`);
});
