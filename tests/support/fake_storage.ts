/// <reference path="../../src/worker/cloudflare.d.ts" />
import { DatabaseSync } from "node:sqlite";
import type { DurableObjectStorage } from "cloudflare:workers";

/** The storage of a Durable Object, over a database in memory. */
export class FakeStorage implements DurableObjectStorage, Disposable {
  #database = new DatabaseSync(":memory:");
  #alarm: number | null = null;

  sql = {
    exec: (text: string, ...values: unknown[]) => {
      const statement = this.#database.prepare(text);
      const rows = statement.all(...values as string[]) as Record<string, string | null>[];
      const { changes } = this.#database.prepare("SELECT changes() AS changes").get()!;
      const columnNames = statement.columns().map(({ name }) => name);
      return {
        columnNames,
        toArray: () => rows,
        raw: () => rows.map((row) => columnNames.map((name) => row[name]!)),
        rowsWritten: Number(changes),
      };
    },
    databaseSize: 0,
  };

  transactionSync<T>(body: () => T): T {
    this.#database.exec("BEGIN");
    try {
      const result = body();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  getAlarm = () => Promise.resolve(this.#alarm);
  setAlarm = (at: number) => Promise.resolve(void (this.#alarm = at));
  deleteAlarm = () => Promise.resolve(void (this.#alarm = null));
  sync = () => Promise.resolve();

  [Symbol.dispose](): void {
    this.#database.close();
  }
}
