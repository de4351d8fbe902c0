import { type Chance, chanceOf } from "./chance.ts";
import type { FaultKind } from "./fault_kinds.ts";
import type { History } from "./history.ts";
import { deathsOf, type Life } from "./life.ts";
import { DAY, HOUR, MINUTE, type Plan, SECOND } from "./plan.ts";
import type { Storage } from "./storage.ts";
import type { VirtualTime } from "./virtual_time.ts";
import type { World } from "./world.ts";

/** Starts the processes and disturbs them, until all has to be calm. */
export class Disturber {
  readonly #plan: Plan;
  readonly #time: VirtualTime;
  readonly #history: History;
  readonly #storage: Storage;
  readonly #world: World;
  readonly #lives = new Set<Life>();
  readonly #chance: Chance;

  constructor(plan: Plan, time: VirtualTime, history: History, storage: Storage, world: World) {
    this.#plan = plan;
    this.#time = time;
    this.#history = history;
    this.#storage = storage;
    this.#world = world;
    this.#chance = chanceOf(plan.seed, "deaths");
  }

  /** Starts the first process, and plans what will happen to it and its successors. */
  begin(): void {
    const { kinds, calm } = this.#plan;
    this.#start();
    this.#planDeath();
    this.#spread("overlap", 3, (chance) => this.#world.double(chance.about(10 * MINUTE)));
    this.#spread("sql-error", 4, (chance) => {
      for (const life of this.#lives) life.failStatements(chance.int(1, 4));
    });
    this.#spread("clock", 3, (chance) => this.#setClock(chance));
    this.#spread("redelivered", 5, (chance) => void this.#world.redeliver(chance));
    this.#spread("reconfigured", 3, (chance) => this.#reconfigure(chance));
    this.#planSilences();
    if (kinds.has("restore") && this.#storage.hasFiles) this.#planRestore();
    this.#time.at(calm, () => this.#calm());
  }

  /** Does something up to `max` times, at any time before the calm. */
  #spread(kind: FaultKind, max: number, act: (chance: Chance) => void): void {
    if (!this.#plan.kinds.has(kind)) return;
    const { seed, start, calm } = this.#plan;
    const chance = chanceOf(seed, kind);
    const times = Array.from(
      { length: chance.int(1, max) },
      () => chance.int(start + 1, calm - 1),
    );
    for (const at of times) this.#time.at(at, () => act(chance));
  }

  /** Operators silence what they know about, in every run. */
  #planSilences(): void {
    const { seed, start, calm } = this.#plan;
    const chance = chanceOf(seed, "silences");
    const times = Array.from({ length: chance.int(0, 2) }, () => chance.int(start + 1, calm - 1));
    for (const at of times) this.#time.at(at, () => void this.#world.silence(chance));
  }

  #start(): void {
    const life = this.#world.start((born) => {
      this.#lives.add(born);
      const dies = this.#chance.is(0.05) && this.#plan.kinds.has("crash-sql");
      if (dies && this.#time.now < this.#plan.calm) born.condemn("sql");
    }, () => {
      this.#lives.delete(life);
      if (this.#lives.size > 0) return;
      this.#time.at(this.#time.now + this.#restartMs(), () => {
        if (this.#lives.size === 0) this.#start();
      });
    });
  }

  #restartMs(): number {
    const { start, calm } = this.#plan;
    if (this.#time.now >= calm) return SECOND;
    // Mostly at once; now and then no process runs for long.
    const down = this.#chance.is(0.1) ? (calm - start) / 10 : 20 * SECOND;
    return Math.min(this.#chance.about(down), calm - this.#time.now);
  }

  #planDeath(): void {
    const { kinds, lifeMs, calm } = this.#plan;
    const deaths = deathsOf(kinds);
    if (deaths.length === 0) return;
    const at = this.#time.now + Math.max(this.#chance.about(lifeMs), SECOND);
    if (at >= calm) return;
    this.#time.at(at, () => {
      for (const life of [...this.#lives]) life.condemn(this.#chance.pick(deaths));
      this.#planDeath();
    });
  }

  #setClock(chance: Chance): void {
    const by = chance.pick([5 * SECOND, 2 * MINUTE, 40 * MINUTE, 5 * HOUR, DAY, 30 * DAY]);
    // What was recorded by a clock that is far behind looks old once the clock is right, and would
    // be removed while the sweeps still read it.
    const { kinds } = this.#plan;
    const back = kinds.has("bytes") ? 0 : kinds.has("retention") ? Math.min(by, 40 * MINUTE) : by;
    this.#world.clockOffset = chance.is(0.3) ? 0 : chance.is(0.5) ? by : -back;
    this.#history.note(() => `the clock is off by ${this.#world.clockOffset / SECOND} s`);
  }

  #reconfigure(chance: Chance): void {
    const { endpoints } = this.#world;
    this.#world.configured = chance.is(0.5) ? endpoints : endpoints.slice(1);
    this.#history.note(() => `${this.#world.configured.length} endpoints from now on`);
    if (this.#lives.size === 1) { for (const life of this.#lives) life.condemn("stop"); }
  }

  #planRestore(): void {
    const { seed, start, calm } = this.#plan;
    const chance = chanceOf(seed, "restore");
    const backUpAt = chance.int(start + 1, calm - 1);
    const restoreAt = chance.int(backUpAt, calm - 1);
    this.#time.at(backUpAt, () => {
      this.#history.note(() => "the database is copied");
      this.#world.look();
      this.#world.books.copy();
      this.#storage.backUp();
    });
    this.#time.at(restoreAt, () => {
      for (const life of [...this.#lives]) life.kill("the database is restored");
      this.#world.look();
      this.#storage.restore();
      this.#world.restored();
    });
  }

  /** From here on nothing fails, and the clock is right. */
  #calm(): void {
    this.#history.note(() => "all is calm");
    const world = this.#world;
    world.clockOffset = 0;
    for (const life of this.#lives) life.pardon();
    if (world.configured !== world.endpoints) {
      world.configured = world.endpoints;
      for (const life of [...this.#lives]) life.condemn("stop");
    }
    if (this.#lives.size === 0) this.#start();
  }
}
