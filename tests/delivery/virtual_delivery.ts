import { nodeSql } from "../../src/server/node_sql.ts";
import type { AlertLevel } from "../../src/alert/alert.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import { OutboxDispatcher } from "../../src/delivery/dispatch_outbox.ts";
import type { Endpoint } from "../../src/delivery/endpoint.ts";
import type { Outcome } from "../../src/delivery/outcome.ts";
import { openLog } from "../../src/store/open_log.ts";
import { VirtualTime } from "../simulation/virtual_time.ts";
import { START } from "../watch/bench_of.ts";

/** How a receiver answers, and after how many milliseconds if not as usual. */
export type Answer = Pick<Outcome, "kind" | "status" | "retryAfterMs"> & {
  readonly latencyMs?: number;
};

/** It takes the message. */
export const OK: Answer = { kind: "ok", status: 200 };
/** It takes no more now. */
export const BUSY: Answer = { kind: "throttle", status: 429, retryAfterMs: 1_000 };

/** One post as a receiver sees it. */
export interface Post {
  readonly at: number;
  readonly endpoint: string;
  readonly webhookId: string;
  readonly answer: Answer;
}

/** The real dispatcher over a real log, in time that passes only when nothing is left to do. */
export class VirtualDelivery implements Disposable {
  readonly sql = nodeSql(":memory:");
  readonly time = new VirtualTime(START);
  readonly posts: Post[] = [];
  readonly log = openLog(this.sql, { now: START, random: () => 0.5 });
  readonly dispatcher: OutboxDispatcher;
  /** How late each wake-up is, in milliseconds, as an alarm is. */
  readonly #wakeLateMs: number;

  constructor(
    endpoints: readonly Endpoint[],
    answerOf: (endpoint: string, at: number) => Answer,
    { latencyMs = 20, wakeLateMs = 0 } = {},
  ) {
    const clock = this.time.clockOf({ alive: true }, () => 0);
    this.#wakeLateMs = wakeLateMs;
    let chance = 1;
    this.dispatcher = new OutboxDispatcher({
      clock,
      random: () => (chance = chance * 48_271 % 2_147_483_647) / 2_147_483_647,
      log: this.log,
      endpoints,
      attempt: async ({ webhookId }, { name }) => {
        const at = this.time.now;
        const answer = answerOf(name, at);
        this.posts.push({ at, endpoint: name, webhookId, answer });
        const durationMs = answer.latencyMs ?? latencyMs;
        await clock.wait(durationMs);
        return { ...answer, code: "answered", at, durationMs };
      },
    });
  }

  /** Queues messages of a level. */
  queue(endpoint: string, count: number, level: AlertLevel = "high"): void {
    const alerts = Array.from({ length: count }, (_, n) => {
      const id = `${level}-${String(n).padStart(5, "0")}`;
      const rule = { id: "rule", title: "A rule", level };
      return { ...toAlert(rule, { event: "Login failed." }, { identity: id, occurrence: 1 }), id };
    });
    this.log.transaction(() => {
      this.log.addAlerts(
        alerts.map((alert) => ({ alert, eventSeq: null, at: null })),
        this.time.now,
      );
      this.log.queue(alerts.map(({ id }) => ({ webhookId: id, endpoint, level })), this.time.now);
    });
  }

  /** Delivers until nothing is left to do, or until a time after the start. */
  async run(untilMs: number): Promise<void> {
    let isOver = false;
    const wait = (at: number) => new Promise<void>((resolve) => this.time.at(at, resolve));
    const loop = async () => {
      while (!isOver) {
        const next = await this.dispatcher.step();
        if (this.dispatcher.inProgress > 0) continue;
        if (next === undefined) break;
        if (next > this.time.now) await wait(next + this.#wakeLateMs);
      }
    };
    const work = loop();
    await this.time.run(START + untilMs);
    isOver = true;
    await Promise.race([work, Promise.resolve()]);
  }

  get lastMs(): number {
    return (this.posts.at(-1)?.at ?? START) - START;
  }

  [Symbol.dispose](): void {
    this.sql.close();
  }
}
