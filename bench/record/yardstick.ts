import { DatabaseSync } from "node:sqlite";
import { pageBytes } from "./pages.ts";

/** What the log is compared with. */
export interface Yardstick extends Disposable {
  /** Empties the table. */
  reset(): void;
  /** Inserts the rows of all pages; a second time, they are ignored one by one. */
  insert(): void;
}

/**
 * Plain inserts: `node:sqlite` with WAL and synchronous = NORMAL; one prepared INSERT OR IGNORE per
 * row, one transaction per page, an AUTOINCREMENT key and a unique string. The rows are made
 * beforehand, without any checks.
 */
export function yardstick(path: string, pages: number): Yardstick {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  database.exec(
    `CREATE TABLE events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
      ts TEXT NOT NULL, body TEXT NOT NULL)`,
  );
  const statement = database.prepare(
    "INSERT OR IGNORE INTO events (id, ts, body) VALUES (?, ?, ?)",
  );
  const rows = Array.from({ length: pages }, (_, page) => rowsOf(page));
  return {
    reset: () => database.exec("DELETE FROM events; DELETE FROM sqlite_sequence"),
    insert() {
      for (const page of rows) {
        database.exec("BEGIN");
        for (const [id, date, body] of page) statement.run(id, date, body);
        database.exec("COMMIT");
      }
    },
    [Symbol.dispose]: () => database.close(),
  };
}

function rowsOf(page: number): [id: string, date: string, body: string][] {
  const { auditEvents } = JSON.parse(new TextDecoder().decode(pageBytes(page))) as {
    auditEvents: { date: string }[];
  };
  return auditEvents.map((event, index) => {
    const number = page * auditEvents.length + index;
    const hash = (Math.imul(number, 0x9e3779b1) >>> 0).toString(16).padStart(24, "0");
    return [`${Date.parse(event.date).toString(36)}-${hash}`, event.date, JSON.stringify(event)];
  });
}
