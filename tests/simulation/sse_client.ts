import type { Service } from "../../src/service/compose_service.ts";
import type { Clock } from "../../src/stream/clock.ts";
import type { Chance } from "./chance.ts";
import type { History } from "./history.ts";
import type { Life } from "./life.ts";
import { MINUTE, SECOND } from "./plan.ts";
import type { SseFrame, SsePlace } from "./sse_place.ts";

/** Where a client connects to. */
export interface Server {
  readonly life: Life;
  readonly clock: Clock;
  readonly service: Service;
  /** Answers a request, once all that the answer may tell is on disk. */
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

/** What a client needs of the world. */
export interface SseClientOptions {
  readonly name: string;
  readonly table: "events" | "alerts";
  readonly chance: Chance;
  readonly clock: Clock;
  readonly history: History;
  readonly place: SsePlace;
  /** Whether it behaves as clients should not. */
  readonly misbehaves: () => boolean;
  /** The true time from which it stays connected. */
  readonly staysFrom: number;
  /** The mean time between two connections, in milliseconds. */
  readonly pauseMs: number;
  readonly server: () => Server | undefined;
}

const decoder = new TextDecoder();

/** Reads a feed for the whole run: connects, is disconnected, and resumes from its last id. */
export class SseClient {
  readonly #options: SseClientOptions;

  constructor(options: SseClientOptions) {
    this.#options = options;
  }

  /** Never ends. */
  async run(): Promise<void> {
    const { chance, clock, staysFrom, pauseMs, server } = this.#options;
    for (;;) {
      const maxMs = Math.max(staysFrom - clock.now(), 0);
      await clock.wait(SECOND + Math.min(chance.about(pauseMs), maxMs));
      const current = server();
      if (current !== undefined) await this.#connect(current);
    }
  }

  async #connect({ life, fetch }: Server): Promise<void> {
    const { name, table, chance, history, place, misbehaves, staysFrom } = this.#options;
    const now = () => this.#options.clock.now();
    const bad = misbehaves();
    const asked = place.ask(bad ? chance : undefined);
    history.note(() => `${name}: asks for ${table} after ${asked}`);
    const closing = new AbortController();
    const answer = await life.outlived(Promise.resolve(fetch(
      new Request(`http://log/v1/${table}`, {
        headers: {
          "Accept": "text/event-stream",
          ...(asked !== undefined && { "Last-Event-ID": asked }),
        },
        signal: closing.signal,
      }),
    )));
    const reader = answer?.body?.getReader();
    if (reader === undefined) return;
    const leavesAt = now() >= staysFrom ? Infinity : now() + chance.about(3 * MINUTE);
    let rest = "";
    for (;;) {
      const chunk = now() > leavesAt ? undefined : await this.#read(reader, life, leavesAt);
      if (chunk === undefined) break;
      rest += decoder.decode(chunk, { stream: true });
      const frames = rest.split("\n\n");
      rest = frames.pop()!;
      // The connection may break anywhere: what has not arrived has not been seen.
      const isCut = bad && chance.is(0.1);
      const arrived = isCut ? frames.slice(0, chance.int(0, frames.length)) : frames;
      for (const frame of arrived) place.take(parseFrame(frame));
      if (isCut) break;
      if (bad && chance.is(0.05)) await this.#options.clock.wait(chance.int(20, 70) * SECOND);
    }
    if (chance.is(0.5)) closing.abort();
    else await Promise.race([reader.cancel().catch(() => {}), Promise.resolve()]);
  }

  /** The next chunk; undefined if the stream ends, the server dies, or the client leaves. */
  #read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    life: Life,
    leavesAt: number,
  ): Promise<Uint8Array | undefined> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const over = new AbortController();
      const ended = (chunk?: Uint8Array) => {
        stopMourning();
        over.abort();
        resolve(chunk);
      };
      const stopMourning = life.onDeath(() => ended());
      if (!life.alive) return ended();
      if (leavesAt < Infinity) {
        clock.wait(leavesAt - clock.now() + 1, over.signal).then(() => ended(), () => {});
      }
      reader.read().then(({ value }) => ended(value), () => ended());
    });
  }
}

function parseFrame(text: string): SseFrame {
  const frame: SseFrame = { id: undefined, event: undefined, data: undefined };
  for (const line of text.split("\n")) {
    const colon = line.indexOf(": ");
    const [field, value] = [line.slice(0, colon), line.slice(colon + 2)];
    if (field === "id") frame.id = value;
    else if (field === "event") frame.event = value;
    else if (field === "data") {
      frame.data = frame.data === undefined ? value : `${frame.data}\n${value}`;
    }
  }
  return frame;
}
