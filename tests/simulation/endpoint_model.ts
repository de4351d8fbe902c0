import * as v from "valibot";
import { type Endpoint, EndpointSchema } from "../../src/delivery/endpoint.ts";
import type { QuietHoursConfig } from "../../src/delivery/quiet_hours.ts";
import { type Chance, chanceOf } from "./chance.ts";
import { type Episode, episodesOf, metAt } from "./episodes.ts";
import { foldingOf } from "./folding.ts";
import type { History } from "./history.ts";
import { HOUR, MINUTE, type Plan, SECOND } from "./plan.ts";
import { LOGIN_FAILED, TEST_DELETED } from "./rules.ts";
import type { VirtualTime } from "./virtual_time.ts";

const FAULTS = [
  "500",
  "404",
  "410",
  "429",
  "503",
  "401",
  "302",
  "slow",
  "hangs",
  "answer-lost",
  "refused",
] as const;

/** How far off a signature may be, in milliseconds. */
const TOLERANCE_MS = 5 * MINUTE + SECOND;

/** What an endpoint gets wrong with one message. */
export type EndpointFault = typeof FAULTS[number];

/** What one endpoint received of one message. */
export interface Received {
  /** The exact body, the same in every attempt. */
  readonly body: string;
  /** How often it arrived. */
  count: number;
  /** How often it was accepted: the endpoint answered 2xx, whether or not the answer arrived. */
  accepted: number;
  /** Whether an answer was 410. */
  gone: boolean;
}

/** What an endpoint answers. */
export interface EndpointAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly delayMs: number;
  /** There is no answer: the connection is refused or breaks, or hangs. */
  readonly lost?: "breaks" | "hangs" | undefined;
}

/** A webhook receiver: keeps what it received, and fails as receivers do. */
export class EndpointModel {
  readonly config: Endpoint;
  readonly received = new Map<string, Received>();
  /** Violations, such as one id with two bodies. */
  readonly wrong: string[] = [];
  /** The ids of messages that came with two bodies. */
  readonly changed = new Set<string>();
  readonly #chance: Chance;
  readonly #episodes: Episode<EndpointFault>[];
  readonly #time: VirtualTime;
  readonly #history: History;
  readonly #isRestored: boolean;
  readonly #hasTolerance: boolean;

  constructor(
    plan: Plan,
    config: Endpoint,
    { time, history }: { time: VirtualTime; history: History },
  ) {
    this.config = config;
    this.#chance = chanceOf(plan.seed, config.name);
    const faults = this.#chance.is(0.1) ? FAULTS : FAULTS.filter((name) => name !== "410");
    const episodes = episodesOf(this.#chance, faults, plan, 4);
    this.#episodes = plan.kinds.has("endpoints") ? episodes : [];
    this.#hasTolerance = plan.kinds.has("dated");
    this.#time = time;
    this.#history = history;
    this.#isRestored = plan.kinds.has("restore") && plan.onDisk;
  }

  /**
   * Receives one request.
   *
   * @param webhookId The id of the message.
   * @param body The body.
   * @param signedAt When it was signed, by the clock of the sender.
   * @returns The answer.
   */
  receive(webhookId: string, body: string, signedAt: number): EndpointAnswer {
    const fault = metAt(this.#episodes, this.#time.now, this.#chance);
    this.#history.note(() => `${this.config.name}: ${fault ?? "ok"} ${webhookId}`);
    const delayMs = this.#chance.int(5, 400);
    const said = (status: number, headers = {}) => ({ status, headers, delayMs });
    if (fault === "refused") return { ...said(0), lost: "breaks" };
    const got = this.#note(webhookId, body);
    // Standard Webhooks: what was signed long ago may be a replay.
    const isReplay = Math.abs(signedAt - this.#time.now) > TOLERANCE_MS;
    if (this.#hasTolerance && isReplay) return said(400);
    switch (fault) {
      case "hangs":
        return { ...said(0), lost: "hangs" };
      case "answer-lost":
        got.accepted++;
        return { ...said(204), lost: this.#chance.is(0.5) ? "breaks" : "hangs" };
      case "410":
        got.gone = true;
        return said(410);
      case "429": {
        const pause = this.#chance.pick([1, 90, 7_200, 10 ** 9]);
        const at = new Date(this.#time.now + pause * SECOND);
        const date = pause < 10 ** 8 && this.#chance.is(0.3);
        return said(429, { "retry-after": date ? at.toUTCString() : String(pause) });
      }
      case "slow":
        got.accepted++;
        return { ...said(200), delayMs: this.#chance.int(1, 40) * SECOND };
      case undefined:
        got.accepted++;
        return said(this.#chance.pick([200, 202, 204]));
      default:
        return said(Number(fault));
    }
  }

  #note(webhookId: string, body: string): Received {
    let got = this.received.get(webhookId);
    if (got === undefined) {
      this.received.set(webhookId, got = { body, count: 0, accepted: 0, gone: false });
    }
    // After the log was restored from a copy, an alert is recorded again, at another time.
    if (got.body !== body && !this.#isRestored) {
      this.changed.add(webhookId);
    }
    got.count++;
    return got;
  }
}

/** The endpoints of a run: one to three, each with its own retry schedule and timeout. */
export function endpointConfigs(plan: Plan): Endpoint[] {
  const chance = chanceOf(plan.seed, "endpoints");
  const isShort = plan.end - plan.calm < 6 * HOUR;
  const taking = chanceOf(plan.seed, "taking");
  return Array.from({ length: chance.int(1, 3) }, (_, n) =>
    v.parse(EndpointSchema, {
      name: `hook-${n}`,
      url: `https://hook-${n}.example.com/in`,
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      minLevel: chance.pick(["informational", "informational", "high", "critical"] as const),
      retryScheduleMs: isShort
        ? chance.pick([[0, 5_000, 5 * MINUTE, 30 * MINUTE], [0, 30_000], [0, 0, 0, 0, 0]])
        : chance.pick([[0, 5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR], [0, HOUR]]),
      timeoutMs: chance.pick([5_000, 15_000, 30_000]),
      backfilled: chance.is(0.3),
      digestMs: foldingOf(plan.seed).digestMs[n] ?? 0,
      ...(taking.is(0.2) && { rules: [LOGIN_FAILED, TEST_DELETED.toUpperCase()] }),
      ...(taking.is(0.3) && !isShort && { quietHours: quietHoursOf(plan) }),
    }));
}

/** Eight hours of each day, which end early enough before the run for what they hold back. */
function quietHoursOf({ end }: Plan): QuietHoursConfig {
  const timeOfDay = (at: number) => new Date(at).toISOString().slice(11, 16);
  const to = end - 4 * HOUR;
  return { from: timeOfDay(to - 8 * HOUR), to: timeOfDay(to), minLevel: "high" };
}
