import { ERASE, write } from "./terminal.ts";

const WIDTH = 24;
const INTERVAL_MS = 100;

/** How far a command is. */
export interface ProgressState {
  /** Events read so far. */
  readonly events: number;
  /** Matches found so far, where they are looked for. */
  readonly matches?: number;
  /** How much of the total is done, in its unit. */
  readonly done: number;
}

/** A progress bar on standard error, if that is a terminal; otherwise it writes nothing. */
export class Progress {
  readonly #total: number | undefined;
  readonly #shown: boolean;
  readonly #started = performance.now();
  #next = this.#started + INTERVAL_MS;
  #onScreen = false;

  /** @param total What there is to do, where that is known: bytes, or milliseconds of a log. */
  constructor(total: number | undefined) {
    this.#total = total;
    this.#shown = Deno.stderr.isTerminal();
  }

  /** Draws the bar, at most ten times a second. */
  update(state: ProgressState): void {
    if (!this.#shown) return;
    const now = performance.now();
    if (now < this.#next) return;
    this.#next = now + INTERVAL_MS;
    const rate = Math.round(state.events / ((now - this.#started) / 1000));
    const found = state.matches === undefined ? "" : `${state.matches} matches, `;
    const counts = `${state.events} events, ${found}${rate} events/s`;
    write(Deno.stderr, `${ERASE}${this.#bar(state.done)}${counts}`);
    this.#onScreen = true;
  }

  /** Takes the bar off the screen. */
  clear(): void {
    if (!this.#onScreen) return;
    write(Deno.stderr, ERASE);
    this.#onScreen = false;
  }

  #bar(done: number): string {
    if (!this.#total) return "";
    const share = Math.min(1, done / this.#total);
    const full = Math.round(share * WIDTH);
    const percent = `${Math.round(share * 100)}%`.padStart(4);
    return `[${"#".repeat(full)}${" ".repeat(WIDTH - full)}]${percent}  `;
  }
}
