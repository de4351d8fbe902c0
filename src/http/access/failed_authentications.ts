import type { Clock } from "../../stream/clock.ts";
import { clientNetwork } from "./client_address.ts";

/** Failed authentications, as those who met them tell the log. */
export interface FailureReport {
  /** How many requests carried a token that is not configured or has expired. */
  readonly failed: number;
  /** How many of them were throttled. */
  readonly throttled: number;
  /** The names of tokens that have expired, a few. */
  readonly expired: readonly string[];
  /** The IP address of the latest client; null if it is not known. */
  readonly client: string | null;
  /** Whether the keys of Cloudflare Access could not be read. */
  readonly keysFailed: boolean;
}

const NOTHING: FailureReport = {
  failed: 0,
  throttled: 0,
  expired: [],
  client: null,
  keysFailed: false,
};

const WINDOW_MS = 60_000;
/** So many tries of one client are answered in a minute; the others are throttled. */
const MAX_FAILURES = 10;
/** As many clients are remembered; the one that began longest ago is forgotten first. */
const MAX_CLIENTS = 10_000;
/** How often the log is told at most: an attacker must not cost it a call for each try. */
const TELL_MS = 10_000;
const MAX_EXPIRED = 10;

/**
 * Counts failed authentications where they happen, and throttles a client that keeps failing. Only
 * requests that fail are counted and throttled, so nobody who holds a token is locked out by others
 * behind the same address. It does not stop guessing, which 256 random bits do: it limits what
 * guessing costs, and shows it.
 */
export class FailureGuard {
  readonly #clock: Pick<Clock, "now">;
  /** By network, in the order in which their minutes began. */
  readonly #clients = new Map<string, { since: number; failures: number }>();
  #pending: FailureReport | undefined;
  #toldAt = -Infinity;

  /** @param clock Time. */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /**
   * Counts a failure.
   *
   * @param client The address of the client; null if it is not known, which is never throttled.
   * @param expired The name of the token, if that has expired.
   * @returns In how many seconds the client may try again; undefined if it is not throttled.
   */
  failed(client: string | null, expired?: string): number | undefined {
    const retryAfter = client === null ? undefined : this.#retryAfter(client);
    const pending = this.#pending ?? NOTHING;
    const { failed, throttled, expired: names } = pending;
    const isNew = expired !== undefined && !names.includes(expired) && names.length < MAX_EXPIRED;
    this.#pending = {
      ...pending,
      failed: failed + 1,
      throttled: throttled + (retryAfter === undefined ? 0 : 1),
      expired: isNew ? [...names, expired] : names,
      client,
    };
    return retryAfter;
  }

  /** Notes that the keys of Cloudflare Access could not be read. */
  keysFailed(): void {
    this.#pending = { ...(this.#pending ?? NOTHING), keysFailed: true };
  }

  #retryAfter(client: string): number | undefined {
    const network = clientNetwork(client);
    const now = this.#clock.now();
    let known = this.#clients.get(network);
    if (known === undefined || now >= known.since + WINDOW_MS || now < known.since) {
      this.#clients.delete(network);
      const [oldest] = this.#clients.keys();
      if (this.#clients.size >= MAX_CLIENTS && oldest !== undefined) this.#clients.delete(oldest);
      known = { since: now, failures: 0 };
      this.#clients.set(network, known);
    }
    known.failures++;
    if (known.failures <= MAX_FAILURES) return undefined;
    return Math.ceil((known.since + WINDOW_MS - now) / 1_000);
  }

  /**
   * Takes what the log has not been told.
   *
   * @returns The report; undefined if there is nothing to tell, or it was told a moment ago.
   */
  due(): FailureReport | undefined {
    const report = this.#pending;
    if (report === undefined) return undefined;
    const now = this.#clock.now();
    if (now >= this.#toldAt && now < this.#toldAt + TELL_MS) return undefined;
    this.#toldAt = now;
    this.#pending = undefined;
    return report;
  }
}

/** What the log knows about failed authentications. */
export interface FailureCounts {
  /** How many requests carried a token that is not configured or has expired, since the start. */
  readonly failed: number;
  /** How many of them were throttled. */
  readonly throttled: number;
  /** When one was last told, as an ISO 8601 string; null if none was. */
  readonly lastAt: string | null;
}

/** Failed authentications in numbers, within a short time. */
export interface FailureBurst extends Omit<FailureReport, "throttled" | "keysFailed"> {
  /** When it began, in milliseconds since the Unix epoch. */
  readonly since: number;
}

/** So many failures in so many minutes are a burst. */
export const BURST = { failures: 20, minutes: 5 };

/** Failed authentications as the log sums them up, from whoever met them. */
export class FailureTotals {
  readonly #clock: Pick<Clock, "now">;
  #failed = 0;
  #throttled = 0;
  #lastAt: number | undefined;
  /** What was told in the last minutes. */
  #recent: { readonly at: number; report: FailureReport }[] = [];
  #burstSince: number | undefined;

  /** @param clock Time. */
  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /**
   * Adds what was met.
   *
   * @param report The report.
   * @returns Whether a burst has begun.
   */
  add(report: FailureReport): boolean {
    const wasBurst = this.burst() !== undefined;
    const at = this.#clock.now();
    this.#failed += report.failed;
    this.#throttled += report.throttled;
    if (report.failed > 0) this.#lastAt = at;
    const last = this.#recent.at(-1);
    // Many gateways may tell at once: what is kept is bounded by time.
    if (last === undefined || at >= last.at + TELL_MS) this.#recent.push({ at, report });
    else last.report = joined(last.report, report);
    return !wasBurst && this.burst() !== undefined;
  }

  /** What was counted since the start. */
  counts(): FailureCounts {
    return {
      failed: this.#failed,
      throttled: this.#throttled,
      lastAt: this.#lastAt === undefined ? null : new Date(this.#lastAt).toISOString(),
    };
  }

  /** Since when the keys of Cloudflare Access could not be read in the last minutes, if so. */
  keysFailedSince(): number | undefined {
    this.#forget();
    return this.#recent.find(({ report }) => report.keysFailed)?.at;
  }

  /** The burst that lasts; undefined if there is none. */
  burst(): FailureBurst | undefined {
    const now = this.#forget();
    const failed = this.#recent.reduce((sum, { report }) => sum + report.failed, 0);
    if (failed < BURST.failures) return this.#burstSince = undefined;
    this.#burstSince ??= this.#recent[0]?.at ?? now;
    return {
      failed,
      expired: [...new Set(this.#recent.flatMap(({ report }) => report.expired))],
      client: this.#recent.at(-1)?.report.client ?? null,
      since: this.#burstSince,
    };
  }

  /** Forgets what is past; returns the time. */
  #forget(): number {
    const now = this.#clock.now();
    const from = now - BURST.minutes * 60_000;
    this.#recent = this.#recent.filter(({ at }) => at > from && at <= now);
    return now;
  }
}

function joined(one: FailureReport, other: FailureReport): FailureReport {
  return {
    failed: one.failed + other.failed,
    throttled: one.throttled + other.throttled,
    expired: [...new Set([...one.expired, ...other.expired])],
    client: other.client ?? one.client,
    keysFailed: one.keysFailed || other.keysFailed,
  };
}
