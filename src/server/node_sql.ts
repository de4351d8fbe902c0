import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { Sql, SqlRow, SqlValue } from "../store/sql.ts";
import { WalSync } from "./wal_sync.ts";

/** SQLite in this process, closed by `close()` or at the end of a `using` block. */
export interface NodeSql extends Sql, Disposable {
  /**
   * Resolves once all that was written so far is on disk. Until then, a loss of power may undo the
   * last transactions, each as a whole, from the last one backwards.
   *
   * @throws {Error} If the disk has failed, now or earlier.
   */
  durable(): Promise<void>;
  /** Closes the database; it can be called twice. */
  close(): void;
}

/**
 * Opens a database of `node:sqlite` behind the log's `Sql`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { nodeSql } from "./node_sql.ts";
 *
 * using sql = nodeSql(":memory:");
 * sql.run("CREATE TABLE notes (text TEXT)");
 * sql.transaction(() => sql.run("INSERT INTO notes VALUES (?)", "one"));
 * assertEquals(sql.all("SELECT text FROM notes"), [{ text: "one" }]);
 * ```
 *
 * @param path A file, created if missing, or `:memory:`.
 * @param onDiskFailure Called once if the disk fails: then nobody knows how much of the last writes
 *   is on it, and `durable()` rejects from then on.
 * @returns The database, in WAL mode where it is a file.
 */
export function nodeSql(path: string, onDiskFailure: (error: Error) => void = () => {}): NodeSql {
  // Readable only by the user who runs this; SQLite gives its other files the same mode.
  if (path !== ":memory:") Deno.openSync(path, { create: true, write: true, mode: 0o600 }).close();
  const wal = path === ":memory:" ? undefined : new WalSync(path, onDiskFailure);
  const database = new DatabaseSync(path);
  // 8 KB: writing or copying a page costs a call each, and events are larger than most rows.
  database.exec("PRAGMA page_size = 8192");
  database.exec("PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000");
  // No transaction waits for the disk; `durable()` does.
  database.exec("PRAGMA synchronous = NORMAL");
  // 64 MB: pages are copied to the database seldom enough to have been filled by then. A copy blocks
  // for as long as the disk takes, a tenth of a second or so.
  database.exec("PRAGMA wal_autocheckpoint = 8000");
  const statements = new Map<string, StatementSync>();
  let depth = 0;
  let open = true;

  function prepare(text: string): StatementSync {
    let statement = statements.get(text);
    if (statement === undefined) {
      statement = database.prepare(text);
      statements.set(text, statement);
    }
    return statement;
  }

  return {
    all<Row extends SqlRow>(text: string, ...values: SqlValue[]) {
      const rows = prepare(text).all(...values) as Row[];
      if (depth === 0 && !text.startsWith("SELECT")) wal?.wrote();
      return rows;
    },
    run(text, ...values) {
      const { changes } = prepare(text).run(...values);
      if (depth === 0) wal?.wrote();
      return Number(changes);
    },
    transaction(body) {
      if (depth > 0) return body();
      prepare("BEGIN IMMEDIATE").run();
      depth++;
      try {
        const result = body();
        prepare("COMMIT").run();
        wal?.wrote();
        return result;
      } catch (error) {
        // An error such as a full disk may have rolled it back already.
        if (database.isTransaction) prepare("ROLLBACK").run();
        throw error;
      } finally {
        depth--;
      }
    },
    durable: () => wal?.durable() ?? Promise.resolve(),
    bytes() {
      const row = database.prepare(
        "SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size",
      ).get();
      return Number(row?.bytes ?? 0);
    },
    close() {
      if (!open) return;
      open = false;
      statements.clear();
      wal?.close();
      // SQLite syncs the write-ahead log before it copies it into the file: if the disk has failed, it
      // meets the same error, and leaves both as they are.
      database.close();
    },
    [Symbol.dispose]() {
      this.close();
    },
  };
}
