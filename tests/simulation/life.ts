import type { Chance } from "./chance.ts";
import type { FaultKind } from "./fault_kinds.ts";
import type { History } from "./history.ts";
import type { Mortal } from "./virtual_time.ts";

/** The process ended here: whoever catches this must not write anything any more. */
export class Crash extends Error {
  override name = "Crash";

  /** @param where The place at which it was injected. */
  constructor(where: string) {
    super(`The process was killed: ${where}`);
  }
}

/** How a process ends. */
export type Death = "sql" | "port" | "time" | "stop" | "power";

/** The deaths that the kinds of fault allow, some more likely than others. */
export function deathsOf(kinds: ReadonlySet<FaultKind>): Death[] {
  return [
    ...(kinds.has("crash-sql") ? ["sql", "sql", "sql"] as const : []),
    ...(kinds.has("crash-port") ? ["port", "port"] as const : []),
    ...(kinds.has("crash-time") ? ["time"] as const : []),
    ...(kinds.has("stop") ? ["stop"] as const : []),
    ...(kinds.has("crash-power") ? ["power", "power"] as const : []),
  ];
}

/** What a life needs to end. */
export interface LifeOptions {
  readonly number: number;
  readonly chance: Chance;
  readonly history: History;
  /** Called at the moment of death, in the middle of whatever it was doing. */
  readonly onDeath: (where: string) => void;
}

/** One process, from its start to its death, after which it can do nothing. */
export class Life implements Mortal {
  readonly number: number;
  readonly #chance: Chance;
  readonly #history: History;
  readonly #onDeath: (where: string) => void;
  readonly #stop = new AbortController();
  #alive = true;
  #statements = Infinity;
  #diesAtCommit = false;
  #hasInserted = false;
  #calls = Infinity;
  #syncs = Infinity;
  #diesAtSync = false;
  #hasAppended = false;
  #dieAfter = false;
  #hasLostPower = false;
  #failing = 0;
  #mourners = new Set<() => void>();

  constructor({ number, chance, history, onDeath }: LifeOptions) {
    this.number = number;
    this.#chance = chance;
    this.#history = history;
    this.#onDeath = onDeath;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Whether it died because the machine lost power. */
  get hasLostPower(): boolean {
    return this.#hasLostPower;
  }

  /** Aborted when it is told to stop. */
  get stopping(): AbortSignal {
    return this.#stop.signal;
  }

  /** Calls `mourn` once it is dead, unless the returned function is called before. */
  onDeath(mourn: () => void): () => void {
    this.#mourners.add(mourn);
    return () => void this.#mourners.delete(mourn);
  }

  /** What a promise resolves to; undefined if it dies before. */
  async outlived<T>(promise: Promise<T>): Promise<T | undefined> {
    let forget = () => {};
    const death = new Promise<undefined>((resolve) => {
      forget = this.onDeath(() => resolve(undefined));
    });
    const result = await Promise.race([promise, death]);
    forget();
    return this.#alive ? result : undefined;
  }

  /** Makes it die soon: at one of the next statements, at one of the next calls, or now. */
  condemn(death: Death): void {
    this.#dieAfter = this.#chance.is(0.5);
    if (death === "sql") {
      // The moment around a commit is short, so some deaths aim at it.
      if (this.#chance.is(0.3)) this.#diesAtCommit = true;
      else this.#statements = this.#chance.int(1, 60);
    } else if (death === "port") this.#calls = this.#chance.int(1, 8);
    else if (death === "time") this.kill("between two events");
    else if (death === "power") {
      // Most syncs bring nothing that anybody is shown.
      if (this.#chance.is(0.5)) this.#diesAtSync = true;
      else if (this.#chance.is(0.3)) this.#losePower("between two events");
      else this.#syncs = this.#chance.int(1, 12);
    } else this.#stop.abort(new DOMException("The process is to stop", "AbortError"));
  }

  /** Cancels a planned death and planned failures. */
  pardon(): void {
    this.#statements = Infinity;
    this.#diesAtCommit = false;
    this.#calls = Infinity;
    this.#syncs = Infinity;
    this.#diesAtSync = false;
    this.#failing = 0;
  }

  /** Makes the next `count` statements fail. */
  failStatements(count: number): void {
    this.#failing = count;
  }

  /** Ends it. */
  kill(where: string): void {
    if (!this.#alive) return;
    this.#alive = false;
    this.#history.note(() => `process ${this.number} died: ${where}`);
    this.#onDeath(where);
    for (const mourn of this.#mourners) mourn();
  }

  /** @throws {Crash} If it is dead. */
  throwIfDead(): void {
    if (!this.#alive) throw new Crash("it has already died");
  }

  /** Call before each statement. */
  beforeStatement(text: string): void {
    this.throwIfDead();
    if (this.#failing > 0) {
      this.#failing--;
      throw new Error(`${INJECTED} at ${text.slice(0, 40)}`);
    }
    if (/^INSERT (?:OR FAIL )?INTO (?:events|meta)/.test(text)) this.#hasInserted = true;
    if (this.#isLast(text, -1) && !this.#dieAfter) this.#die(`before ${text}`);
  }

  /** Call after each statement. */
  afterStatement(text: string): void {
    if (this.#isLast(text, 0)) this.#die(`after ${text}`);
    if (text !== "COMMIT") return;
    this.#hasAppended ||= this.#hasInserted;
    this.#hasInserted = false;
  }

  #isLast(text: string, step: number): boolean {
    this.#statements += step;
    return this.#statements <= 0 || (this.#diesAtCommit && this.#hasInserted && text === "COMMIT");
  }

  /** Makes a call to the outside, during which the process may die. */
  async call<T>(name: string, work: () => Promise<T>): Promise<T> {
    const dies = --this.#calls <= 0;
    if (dies && !this.#dieAfter) {
      this.kill(`before ${name}`);
      return await never();
    }
    try {
      const result = await work();
      if (!this.#alive) return await never();
      if (dies) {
        this.kill(`after ${name}`);
        return await never();
      }
      return result;
    } catch (error) {
      if (!this.#alive) return await never();
      throw error;
    }
  }

  /** Resolves now if it is alive, or never. */
  async outlive(): Promise<void> {
    if (!this.#alive) await never();
  }

  /**
   * Waits until something is on disk; meanwhile, or just after, the machine may lose power.
   *
   * @param wait How long it takes.
   * @param done Called once it is there.
   */
  async sync(wait: Promise<void>, done: () => void): Promise<void> {
    const dies = --this.#syncs <= 0 || (this.#diesAtSync && this.#hasAppended);
    this.#hasAppended = false;
    await wait;
    await this.outlive();
    if (dies && !this.#dieAfter) this.#losePower("during a sync");
    else done();
    if (dies) this.#losePower("after a sync");
    await this.outlive();
  }

  #losePower(where: string): void {
    if (!this.#alive) return;
    this.#hasLostPower = true;
    this.kill(`the machine lost power ${where}`);
  }

  #die(where: string): never {
    const place = where.replace(/\s+/g, " ").slice(0, 90);
    this.kill(place);
    throw new Crash(place);
  }
}

/** How the message of an injected database error begins. */
export const INJECTED = "database or disk is full (injected)";

function never(): Promise<never> {
  return new Promise(() => {});
}
