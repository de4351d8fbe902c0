import type { Sql, SqlRow, SqlValue } from "../../src/store/sql.ts";
import { Crash, type Life } from "./life.ts";
import type { Storage } from "./storage.ts";

/** The limits of a Durable Object: bound parameters of a statement, and bytes of a value. */
const MAX_PARAMETERS = 100;
const MAX_VALUE_BYTES = 2_000_000;

/**
 * The database as one process sees it: the process can die at any statement, inside or outside a
 * transaction, and cannot reach the database afterwards.
 */
export class CrashSql implements Sql {
  readonly #storage: Storage;
  readonly #life: Life;

  constructor(storage: Storage, life: Life) {
    this.#storage = storage;
    this.#life = life;
  }

  all<Row extends SqlRow>(text: string, ...values: SqlValue[]): Row[] {
    if (values.length > MAX_PARAMETERS) throw new Error("too many SQL variables");
    return this.#statement(text, () => this.#storage.sql.all<Row>(text, ...values));
  }

  run(text: string, ...values: SqlValue[]): number {
    if (values.length > MAX_PARAMETERS) throw new Error("too many SQL variables");
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
      // The files of a dead process were removed during its transaction: whatever failed, it is
      // dead.
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

/** Checks each value: a statement with many values may write many rows. */
function checkSize(values: readonly SqlValue[]): void {
  for (const value of values) {
    if (typeof value !== "string" || value.length * 3 <= MAX_VALUE_BYTES) continue;
    if (new TextEncoder().encode(value).length > MAX_VALUE_BYTES) {
      throw new Error("string or blob too big: SQLITE_TOOBIG");
    }
  }
}
