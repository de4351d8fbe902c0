import type { Bookkeeper } from "./bookkeeper.ts";
import type { Chance } from "./chance.ts";

/** One frame of an event stream as it arrived. */
export interface SseFrame {
  id: string | undefined;
  event: string | undefined;
  data: string | undefined;
}

/** What one client has seen, and whether that is right: each message once, in order, or a gap. */
export class SsePlace {
  /** Violations. */
  readonly wrong: string[] = [];
  /** What it reads. */
  readonly table: "events" | "alerts";
  readonly #books: Bookkeeper;
  #epoch = "";
  #seq = -1;
  #lastEventId: string | undefined;
  #asked: string | undefined;
  #gapFrom: string | undefined;

  constructor(table: "events" | "alerts", books: Bookkeeper) {
    this.table = table;
    this.#books = books;
  }

  /** The last message seen. */
  get seen(): { epoch: string; seq: number } {
    return { epoch: this.#epoch, seq: this.#seq };
  }

  /** What a new connection asks for: the last id, or now and then something else. */
  ask(chance: Chance | undefined): string | undefined {
    this.#gapFrom = undefined;
    const odd = chance?.is(0.15)
      ? chance.pick(["earliest", "latest", undefined, "17", "no.such.id", "other.3"])
      : this.#lastEventId;
    this.#asked = odd;
    return odd;
  }

  /** Takes a frame that has arrived. */
  take({ id, event, data }: SseFrame): void {
    if (event === "gap") this.#takeGap(JSON.parse(data!));
    else if (event === "ready") this.#takeReady(id!, JSON.parse(data!));
    else if (event !== undefined) this.#takeMessage(id!, data!);
    if (id !== undefined) this.#lastEventId = id;
  }

  /** The machine has lost power: what was seen is still there. */
  lookAfterLoss(): void {
    const { epoch, newest } = this.#books.headOf(this.table);
    if (epoch === this.#epoch && this.#seq > newest) {
      this.#say(`has seen ${this.#seq}, but a loss of power has undone all after ${newest}`);
    }
  }

  #takeGap({ requested, from, lost }: { requested: string; from: string; lost: number | null }) {
    const [epoch, seq] = placeOf(from);
    const isHere = epoch === this.#epoch && this.#asked !== undefined;
    const isKnown = isHere && (requested === `${this.#epoch}.${this.#seq}`);
    if (isKnown && lost !== null) {
      if (lost !== seq - this.#seq || lost <= 0) {
        this.#say(`a gap of ${lost} from ${this.#seq} to ${seq}`);
      }
      this.#mustBeGone(this.#seq, seq, "a gap");
    } else if (isKnown) {
      this.#say(`a gap of unknown size after a valid id: ${requested} to ${from}`);
    } else this.#mustBeGone(0, seq, "a gap after an unknown id");
    this.#epoch = epoch;
    this.#seq = seq;
    this.#gapFrom = from;
  }

  #takeReady(id: string, { from, gap }: { from: string; gap: boolean }) {
    const [epoch, seq] = placeOf(id);
    if (id !== from) this.#say(`ready has the id ${id} but says ${from}`);
    if (gap !== (this.#gapFrom !== undefined)) this.#say(`ready says gap: ${gap}`);
    if (this.#gapFrom === undefined) {
      const asked = this.#asked ?? "earliest";
      if (asked === "earliest") this.#mustBeGone(0, seq, "the start");
      else if (asked !== "latest" && asked !== from) {
        this.#say(`it begins at ${from} instead of ${asked}, without a gap`);
      }
    } else if (this.#gapFrom !== from) {
      this.#say(`it begins at ${from} after a gap to ${this.#gapFrom}`);
    }
    this.#epoch = epoch;
    this.#seq = seq;
    this.#asked = from;
  }

  #takeMessage(id: string, data: string) {
    const [epoch, seq] = placeOf(id);
    if (epoch !== this.#epoch || seq !== this.#seq + 1) {
      this.#say(`${id} comes after ${this.#epoch}.${this.#seq}`);
    }
    const isNow = this.#books.headOf(this.table).epoch === epoch;
    const body = isNow ? this.#books.bodyOf(this.table, seq) : undefined;
    if (body !== undefined && body !== data) this.#say(`${id} is not what the log has`);
    this.#epoch = epoch;
    this.#seq = seq;
  }

  #mustBeGone(after: number, to: number, what: string) {
    const left = this.#books.rowsBetween(this.table, after, to);
    if (left > 0) this.#say(`${what} skips ${left} rows that exist, from ${after} to ${to}`);
  }

  #say(wrong: string) {
    if (this.wrong.length < 20) this.wrong.push(`${this.table}: ${wrong}`);
  }
}

function placeOf(id: string): [epoch: string, seq: number] {
  const [epoch, seq] = id.split(".");
  return [epoch!, Number(seq)];
}
