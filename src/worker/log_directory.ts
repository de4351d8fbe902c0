/// <reference path="./cloudflare.d.ts" />
import { DurableObject, type DurableObjectState } from "cloudflare:workers";
import { holdsNothing, type NotedLog } from "../service/noted_log.ts";

/** The directory, as the logs call it. */
export interface LogDirectoryMethods {
  /**
   * Notes what a log says about itself, forgets it if it holds nothing and is not fed, and returns
   * what the others have said.
   */
  note(log: NotedLog): Promise<NotedLog[]>;
}

/** The name of the one directory. */
export const DIRECTORY = "logs";

/**
 * Which logs there are. Each source has its own object, and an object of earlier settings is called
 * by nobody: without a directory, nobody would know what it holds and owes.
 */
export class LogDirectory extends DurableObject implements LogDirectoryMethods {
  /** Opens the directory. */
  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS logs (source TEXT PRIMARY KEY, noted TEXT NOT NULL)",
    );
  }

  /** @inheritdoc */
  note(log: NotedLog): Promise<NotedLog[]> {
    const { sql } = this.ctx.storage;
    if (holdsNothing(log) && !log.isFed) sql.exec("DELETE FROM logs WHERE source = ?", log.source);
    else {
      sql.exec("INSERT OR REPLACE INTO logs VALUES (?, ?)", log.source, JSON.stringify(log));
    }
    return Promise.resolve(
      sql.exec("SELECT noted FROM logs WHERE source <> ? ORDER BY source", log.source)
        .toArray().map(({ noted }) => JSON.parse(String(noted))),
    );
  }
}
