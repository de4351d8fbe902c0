import { ordinaryActivity } from "../../src/emulator/activity.ts";
import type { Emulator } from "../../src/emulator/create_emulator.ts";
import type { NewEvent } from "../../src/emulator/api_event.ts";
import { pick } from "../../src/emulator/random.ts";
import { wait } from "../../src/stream/wait.ts";
import { tellStory } from "../../src/emulator/story.ts";

/** The maximum delay between the date of an event and its publication: less than the overlap. */
export const MAX_DELAY_MS = 20_000;
const TICK_MS = 25;
const REMEMBERED = 200;

/** Publishes ordinary and suspicious activity, twins of new and earlier events, and late events. */
export class Publisher {
  /** How many twins it published on purpose. */
  twins = 0;
  /** How many events it published more than a second after their date. */
  late = 0;
  readonly #emulator: Emulator;
  readonly #random: () => number;
  readonly #recent: NewEvent[] = [];

  /** @param random Gives [0, 1). */
  constructor(emulator: Emulator, random: () => number) {
    this.#emulator = emulator;
    this.#random = random;
  }

  /**
   * Publishes until the signal is aborted.
   *
   * @param perSecond Events per second on average.
   */
  async run(perSecond: number, signal: AbortSignal): Promise<void> {
    let owed = 0;
    while (!signal.aborted) {
      await wait(TICK_MS);
      owed += perSecond * TICK_MS / 1_000 * 2 * this.#random();
      for (; owed >= 1; owed--) this.publish();
    }
  }

  /** Publishes many events at once. */
  burst(count: number): void {
    for (let index = 0; index < count; index++) this.publish();
  }

  /** Publishes an event with its twins, or a twin of an earlier event. */
  publish(): void {
    const random = this.#random;
    const chance = random();
    const now = Date.now();
    if (chance < 0.05 && this.#recent.length > 0) {
      const earlier = pick(random, this.#recent);
      if (Number(earlier.date) > now - MAX_DELAY_MS) {
        this.twins++;
        this.#add(earlier, now);
        return;
      }
    }
    const delay = chance < 0.15 ? random() * MAX_DELAY_MS : 0;
    const event = chance > 0.85
      ? pick(random, tellStory(this.#emulator.organisation, random).events)
      : ordinaryActivity(this.#emulator.organisation, random);
    const dated = { ...event, date: now - delay };
    const copies = random() < 0.08 ? 2 + Math.floor(3 * random()) : 1;
    this.twins += copies - 1;
    for (let copy = 0; copy < copies; copy++) this.#add(dated, now);
    this.#recent.push(dated);
    if (this.#recent.length > REMEMBERED) this.#recent.shift();
  }

  #add(event: NewEvent, now: number): void {
    if (now - Number(event.date) > 1_000) this.late++;
    this.#emulator.publish(event);
  }
}
