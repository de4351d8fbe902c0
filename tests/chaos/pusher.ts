import type { PublishedEvent } from "../../src/emulator/api_event.ts";
import { pick } from "../../src/emulator/random.ts";
import { wait } from "../../src/stream/wait.ts";
import { logsRequest, pushedRecord } from "../support/otlp.ts";

/** What a pusher needs. */
export interface PusherOptions {
  /** Where it posts to. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Everything that was published so far. */
  readonly published: () => readonly PublishedEvent[];
  /** Whether polling has begun: what was pushed before is no news to it. */
  readonly isBegun: () => boolean;
  /** Gives [0, 1). */
  readonly random: () => number;
}

const PAUSE_MS = 100;
const MAX_ATTEMPTS = 8;

/**
 * Pushes most events beside the API, as ThousandEyes' own exporter does: in any order, again after an
 * answer that the kill of the process has cut, and some more than once.
 */
export class Pusher {
  /** How many log records it sent, repeats included. */
  records = 0;
  /** How many requests were answered. */
  answered = 0;
  /** Answers that say that a push was refused. */
  readonly refused: string[] = [];
  readonly #options: PusherOptions;

  constructor(options: PusherOptions) {
    this.#options = options;
  }

  /** Pushes until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    const { published, isBegun, random } = this.#options;
    let seen = 0;
    while (!signal.aborted) {
      await wait(PAUSE_MS);
      const all = published();
      const batch = all.slice(seen).filter(() => random() < 0.7);
      seen = all.length;
      if (!isBegun() || batch.length === 0) continue;
      if (random() < 0.3) batch.push(pick(random, batch));
      batch.sort(() => random() - 0.5);
      await this.#send(batch, signal);
    }
  }

  async #send(batch: readonly PublishedEvent[], signal: AbortSignal): Promise<void> {
    const { url, headers, random } = this.#options;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !signal.aborted; attempt++) {
      const fraction = () => Math.floor(random() * 1e9);
      const body = logsRequest(batch.map(({ event }) => pushedRecord(event, fraction())));
      this.records += batch.length;
      try {
        const answer = await fetch(url, {
          method: "POST",
          headers: { ...headers, "content-type": "application/json" },
          body,
        });
        const said = await answer.text();
        if (answer.status === 200) {
          this.answered++;
          if (said !== "{}") this.refused.push(said);
          return;
        }
        if (answer.status !== 503) this.refused.push(`${answer.status} ${said}`);
      } catch {
        // the process was killed
      }
      await wait(200 * attempt);
    }
  }
}
