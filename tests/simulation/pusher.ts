import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import type { Clock } from "../../src/stream/clock.ts";
import { logsRequest, pushedRecord } from "../support/otlp.ts";
import { type Chance, chanceOf } from "./chance.ts";
import type { History } from "./history.ts";
import { MINUTE, type Plan, SECOND } from "./plan.ts";
import type { Published } from "./publish.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** What a pusher needs of the world. */
export interface PusherOptions {
  readonly plan: Plan;
  readonly time: VirtualTime;
  readonly history: History;
  readonly published: readonly Published[];
  /** Sends a request; undefined if no answer comes. */
  readonly post: (path: string, body: string) => Promise<Response | undefined>;
  /** Whether the log has, or had, an event. */
  readonly isRecorded: (one: Published) => boolean;
}

/** What is pushed, and when. */
interface Push {
  readonly at: number;
  readonly one: Published;
}

const MAX_BATCH = 5;
/** After so many failures an exporter drops what it could not send. */
const MAX_ATTEMPTS = 5;

/**
 * ThousandEyes' own exporter, beside the API: it pushes most events within seconds, some late, some
 * never, some again, in any order, and drops what it cannot send for minutes.
 */
export class Pusher {
  /** Violations. */
  readonly wrong: string[] = [];
  readonly #options: PusherOptions;
  readonly #chance: Chance;
  readonly #clock: Clock;
  /** What is still to be pushed, the latest first. */
  readonly #waiting: Push[];
  /** What was taken, since the log was restored. */
  readonly #taken: Published[] = [];

  constructor(options: PusherOptions) {
    const { plan, published, time } = options;
    this.#options = options;
    this.#chance = chanceOf(plan.seed, "pusher");
    this.#clock = time.clockOf({ alive: true }, () => 0);
    this.#waiting = published.filter((one) => isPushed(one, plan))
      .flatMap((one) => pushesOf(one, plan, this.#chance))
      .sort((a, b) => b.at - a.at);
  }

  /** Pushes everything; ends when nothing is left. */
  async run(): Promise<void> {
    let batch: Published[] = [];
    for (;;) {
      const next = this.#waiting.at(-1);
      if (next === undefined) return;
      // It sends what has come together in some seconds, or in minutes if it is busy.
      const pause = this.#chance.about(this.#chance.is(0.2) ? 5 * MINUTE : 5 * SECOND);
      await this.#clock.wait(next.at - this.#clock.now() + pause);
      while (batch.length < MAX_BATCH && (this.#waiting.at(-1)?.at ?? Infinity) <= this.#now) {
        const { one } = this.#waiting.pop()!;
        batch.splice(this.#chance.int(0, batch.length), 0, one);
      }
      batch = await this.#send(batch);
    }
  }

  /** The log was restored from a copy, which may lack what was taken. */
  restored(): void {
    this.#taken.length = 0;
  }

  /** The machine has lost power: what was taken is still there. */
  lookAfterLoss(): void {
    const { plan, isRecorded } = this.#options;
    // A log that forgets may have refused it as too old.
    const lost = plan.forgets ? [] : this.#taken.filter((one) => !isRecorded(one));
    for (const { id } of lost) this.wrong.push(`taken, but a loss of power has undone it: ${id}`);
  }

  get #now(): number {
    return this.#clock.now();
  }

  /** Sends until it is answered; returns what is sent again, together with what comes next. */
  async #send(batch: readonly Published[]): Promise<Published[]> {
    const { plan, history, post, isRecorded } = this.#options;
    const chance = this.#chance;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      const records = batch.map(({ wire }) =>
        pushedRecord(wire as UserEvent, chance.int(0, 999_999_999))
      );
      history.note(() => `pushes ${batch.map(({ id }) => id).join(", ")}`);
      const isCalm = this.#now >= plan.calm;
      const isLost = !isCalm && chance.is(0.1);
      const path = chance.pick(["/v1/intake/otlp", "/v1/intake/otlp/v1/logs"]);
      const answer = isLost ? undefined : await post(path, logsRequest(records));
      const isAnswerLost = !isCalm && chance.is(0.1);
      if (answer !== undefined && !isAnswerLost) {
        if (answer.status === 200) {
          const said = await answer.text();
          if (said !== "{}") this.wrong.push(`a push is answered with ${said}`);
          // A log that forgets may have refused it as too old.
          const lost = plan.forgets ? undefined : batch.find((one) => !isRecorded(one));
          if (lost !== undefined) this.wrong.push(`taken, but not recorded: ${lost.id}`);
          this.#taken.push(...batch);
          return [];
        }
        if (answer.status !== 503) this.wrong.push(`a push is answered with ${answer.status}`);
      }
      if (chance.is(0.3)) return [...batch].slice(0, MAX_BATCH - 1);
      await this.#clock.wait(chance.about(20 * SECOND));
    }
    return [];
  }
}

/** Whether an event has everything that ThousandEyes puts into a log record. */
function isPushed({ kind, wire, at }: Published, { start }: Plan): boolean {
  const { aid, date, user } = wire as UserEvent;
  const isWhole = aid !== undefined && date !== undefined && (user?.length ?? 0) < 10_000;
  return kind === "event" && isWhole && at > start - 10 * MINUTE;
}

/** When an event is pushed: soon, late or never, and now and then again. */
function pushesOf(one: Published, { start, calm }: Plan, chance: Chance): Push[] {
  if (chance.is(0.2)) return [];
  const delay = chance.is(0.2) ? chance.int(0, 60 * MINUTE) : chance.about(5 * SECOND);
  const at = Math.min(Math.max(one.at, start) + delay, Math.max(calm, one.at));
  const again = chance.is(0.3) ? [{ at: at + chance.int(0, 30 * MINUTE), one }] : [];
  return [{ at, one }, ...again];
}
