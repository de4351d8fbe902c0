import type { Sql, SqlRow, SqlValue } from "../../src/store/sql.ts";
import { Crash } from "./crash.ts";
import type { Life } from "./life.ts";
import type { Storage } from "./storage.ts";

/** The limits of a Durable Object. */
const MOST_PARAMETERS = 100;
const LARGEST_ROW = 2_000_000;

/**
 * The database of one process: it can end at any statement, inside or outside a transaction, and a dead
 * process reaches it no more.
 */
export class CrashSql implements Sql {
  readonly #storage: Storage;
  readonly #life: Life;

  constructor(storage: Storage, life: Life) {
    this.#storage = storage;
    this.#life = life;
  }

  all<Row extends SqlRow>(text: string, ...values: SqlValue[]): Row[] {
    if (values.length > MOST_PARAMETERS) throw new Error("too many SQL variables");
    return this.#statement(text, () => this.#storage.sql.all<Row>(text, ...values));
  }

  run(text: string, ...values: SqlValue[]): number {
    if (values.length > MOST_PARAMETERS) throw new Error("too many SQL variables");
    checkSize(values);
    return this.#statement(text, () => this.#storage.sql.run(text, ...values));
  }

  transaction<T>(body: () => T): T {
    this.#life.throwIfDead();
    try {
      const result = this.#storage.sql.transaction(() => {
        const made = body();
        this.#life.beforeStatement("COMMIT");
        return made;
      });
      this.#life.afterStatement("COMMIT");
      return result;
    } catch (error) {
      // The files of a dead process are gone from under its transaction: whatever came of that, it is dead.
      if (!this.#life.alive) throw new Crash("in a transaction");
      throw error;
    }
  }

  bytes(): number {
    this.#life.throwIfDead();
    return this.#storage.sql.bytes();
  }

  #statement<T>(text: string, execute: () => T): T {
    this.#life.beforeStatement(text);
    const result = execute();
    this.#life.afterStatement(text);
    return result;
  }
}

/** A row may not be larger; of a wide statement, which has many rows, only each value is looked at. */
function checkSize(values: readonly SqlValue[]): void {
  for (const value of values) {
    if (typeof value !== "string" || value.length * 3 <= LARGEST_ROW) continue;
    if (new TextEncoder().encode(value).length > LARGEST_ROW) {
      throw new Error("string or blob too big: SQLITE_TOOBIG");
    }
  }
}
