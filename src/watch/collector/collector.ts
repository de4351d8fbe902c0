import { addToPass, emptyCount, type PassCount } from "../../store/pass_table.ts";
import { ThousandEyesError } from "../../thousandeyes/errors/thousand_eyes_error.ts";
import type { Page } from "../../thousandeyes/page/page.ts";
import { RefusedLinkError } from "../../thousandeyes/page/refused_link_error.ts";
import { lastingReasons } from "../find_reasons.ts";
import { operationalAlerts } from "../operational_alerts.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";
import { afterFailure } from "./advance.ts";
import { type DatedAnswer, learnApiTime } from "./api_clock.ts";
import { addCounts } from "./counts.ts";
import { diagnose, type Diagnosis, recordFailed } from "./failure.ts";
import { type PlannedRead, planRead } from "./plan.ts";
import { countRequest } from "./rate_share.ts";
import { type PageToRecord, recordPage } from "./record.ts";
import {
  type CollectorState,
  fedAgain,
  forCredential,
  newCollectorState,
  type Pass,
  passesInUse,
  restoredState,
} from "./state.ts";

/** The name under which the log keeps the collector's state. */
const CHECKPOINT = "collector";

/**
 * Reads the activity log into ours, one page at a time; `docs/collector.md` is the map.
 *
 * All that it has to remember is in the log, saved in the transaction that records a page: it can
 * be dropped at any `await` and recreated. `step()` does one bounded unit of work and says when
 * to be called again, so that an alarm, a loop or a simulation can drive it.
 */
export class Collector {
  readonly #ports: WatchPorts;
  readonly #options: WatchOptions;
  /** What the passes have counted: a copy of their rows, which saves reading them for each page. */
  readonly #counts = new Map<number, { pages: number; count: PassCount }>();
  #underWay: Promise<number> | undefined;

  /**
   * @param ports Everything from outside.
   * @param options How often, how far; `watchOptions()` fills in the defaults.
   */
  constructor(ports: WatchPorts, options: WatchOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  /** The state as it was last saved; a new one if the collector has never run. */
  state(): CollectorState {
    return readState(this.#ports, this.#options);
  }

  /**
   * When there is something to do next.
   *
   * @returns Milliseconds since the Unix epoch; not after now if there is something to do at once.
   */
  nextWakeAt(): number {
    const now = this.#ports.clock.now();
    const plan = planRead(this.state(), now, this.#options);
    return plan.type === "read" ? now : plan.until;
  }

  /**
   * Reads and records at most one page; a second call while one is under way joins it.
   *
   * @param signal Ends the request early; then nothing is recorded, and the promise rejects with
   *   its reason.
   * @returns When to be called again, in milliseconds since the Unix epoch.
   */
  step(signal?: AbortSignal): Promise<number> {
    this.#underWay ??= this.#step(signal).finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  /**
   * Notes that other settings feed another log now, so that this one, if it is ever fed again,
   * delivers nothing about the meantime.
   */
  leave(): void {
    const { log } = this.#ports;
    const state = log.checkpoint<CollectorState>(CHECKPOINT);
    if (state === undefined || state.isUnfed === true) return;
    log.transaction(() =>
      log.saveCheckpoint(CHECKPOINT, { ...state, isUnfed: true, revision: state.revision + 1 })
    );
  }

  /**
   * Goes on where the collector was that a backup was made of. What is between is read as after a
   * pause. It has to run in a transaction.
   *
   * @param saved Its state, as the log kept it; anything else begins anew.
   */
  continueFrom(saved: unknown): void {
    const { log, clock } = this.#ports;
    const now = clock.now();
    log.saveCheckpoint(CHECKPOINT, restoredState(saved, now, this.#options));
    this.#counts.clear();
  }

  async #step(signal?: AbortSignal): Promise<number> {
    const { clock } = this.#ports;
    const before = this.state();
    const plan = planRead(before, clock.now(), this.#options);
    if (plan.type === "wait") return plan.until;
    const { pass } = plan.reading;
    const url = this.#urlOf(pass);
    const sentAt = clock.now();
    const told = ({ rateLimit, apiTime }: ToldByHeaders): Told => ({
      rateLimit,
      apiTime,
      sentAt,
      receivedAt: clock.now(),
    });
    let page: Page;
    let refusal: Diagnosis | undefined;
    try {
      page = await this.#ports.readPage(url, signal);
    } catch (error) {
      if (signal?.aborted || !(error instanceof ThousandEyesError)) throw error;
      const diagnosis = diagnose(error, { isFirstPage: pass.url === null });
      if (!(error instanceof RefusedLinkError)) {
        this.#fail(before.revision, plan, diagnosis, told(error));
        return this.nextWakeAt();
      }
      page = error.page; // its events are good, and it may be the only page that we get
      refusal = diagnosis;
    }
    const answer = told(page);
    try {
      this.#record(before.revision, plan, { url: url.href, page, refusal }, answer);
    } catch (error) {
      // If this were only thrown, the same page would be read again and again, without a report. If
      // not even this can be written, as on a full disk, the caller gets the error.
      this.#fail(before.revision, plan, recordFailed(error), answer);
    }
    return this.nextWakeAt();
  }

  #urlOf({ url, from, to }: Pass): URL {
    return url === null ? this.#ports.firstPage(from, to) : new URL(url);
  }

  #record(
    revision: number,
    plan: PlannedRead,
    { url, page, refusal }: Pick<PageToRecord, "url" | "page" | "refusal">,
    told: Told,
  ): void {
    const { log, clock } = this.#ports;
    const now = clock.now();
    const { pass } = plan.reading;
    const count = this.#countOf(pass);
    const recorded = log.transaction(() => {
      // Another collector went on while we waited: the page is read again from its state. And a
      // backup that is being restored is not to be mixed with anything.
      if (log.restoring() !== undefined) return undefined;
      if (readState(this.#ports, this.#options).revision !== revision) return undefined;
      const result = recordPage(this.#ports, {
        read: withRequest(plan, now, told),
        url,
        page,
        count,
        earlier: pass.confirms === null ? emptyCount() : log.readPass(pass.confirms),
        refusal,
        now,
      }, this.#options);
      this.#save(result.state, revision, now);
      return result;
    });
    if (recorded === undefined) return;
    const { seqs, held } = recorded;
    addToPass(count, { url, seqs, held });
    this.#counts.set(pass.id, { pages: pass.pages + 1, count });
    const inUse = new Set(passesInUse(recorded.state));
    for (const id of this.#counts.keys()) if (!inUse.has(id)) this.#counts.delete(id);
  }

  #fail(
    revision: number,
    plan: PlannedRead,
    diagnosis: Diagnosis,
    told: Told,
  ): void {
    const { log, clock, random } = this.#ports;
    const now = clock.now();
    log.transaction(() => {
      if (log.restoring() !== undefined) return;
      if (readState(this.#ports, this.#options).revision !== revision) return;
      const after = afterFailure(withRequest(plan, now, told), diagnosis, now, random);
      if (!after.readings[plan.kind]?.pass) log.dropPasses(passesInUse(after));
      this.#save(after, revision, now);
    });
  }

  #save(state: CollectorState, revision: number, now: number): void {
    const { log, endpoints } = this.#ports;
    const reasons = lastingReasons(state, now, this.#options);
    const alertedAt = operationalAlerts(
      { log, endpoints },
      reasons,
      state.alertedAt,
      now,
      this.#options,
    );
    // A later look can tell that the clock was ahead only if the state says what time it was.
    const lastNow = Math.max(state.lastNow, now);
    log.saveCheckpoint(CHECKPOINT, { ...state, alertedAt, lastNow, revision: revision + 1 });
  }

  /** What the pass has counted so far, from memory if that is as far as the log. */
  #countOf(pass: Pass): PassCount {
    const known = this.#counts.get(pass.id);
    if (known?.pages === pass.pages) return known.count;
    if (pass.pages === 0) return emptyCount();
    return this.#ports.log.readPass(pass.id);
  }
}

function readState(
  { log, clock, credential, isFed = true }: Pick<
    WatchPorts,
    "log" | "clock" | "credential" | "isFed"
  >,
  options: WatchOptions,
): CollectorState {
  const now = clock.now();
  const saved = log.checkpoint<CollectorState>(CHECKPOINT) ?? newCollectorState(now, options);
  return forCredential(isFed ? fedAgain(saved, now) : saved, credential);
}

/** What an answer tells besides its content. */
interface Told extends DatedAnswer {
  readonly rateLimit: Page["rateLimit"];
}

/** What a page and an error have in common. */
interface ToldByHeaders {
  readonly rateLimit?: Page["rateLimit"];
  readonly apiTime?: number | undefined;
}

function withRequest(plan: PlannedRead, now: number, told: Told): PlannedRead {
  const { state } = plan;
  return {
    ...plan,
    state: {
      ...state,
      requests: countRequest(state.requests, now, told.rateLimit),
      apiClock: learnApiTime(state.apiClock, told),
      counts: addCounts(state.counts, { requests: 1 }),
    },
  };
}
