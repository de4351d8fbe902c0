import type { BackupAccess } from "../http/log_access.ts";
import { openPart } from "../store/backup/backup_part.ts";
import type { Restored } from "../store/backup/restore_part.ts";
import type { ChangeKind } from "../store/change_table.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import type { Collector } from "../watch/collector/collector.ts";

/** What backups need. */
export interface LogBackupsOptions {
  /** The log. */
  readonly log: Log;
  /** What reads the activity log: it continues where it was when the backup was made. */
  readonly collector: Pick<Collector, "continueFrom">;
  /** Time. */
  readonly clock: Clock;
  /** Makes the next tick start at once. */
  readonly wake: () => void;
  /** Called when a backup was restored, with how many rows it had of each table. */
  readonly onRestored: (rows: Restored["rows"]) => void;
}

/**
 * Backups of a log that is at work. Who puts one back is noted in the same transaction.
 *
 * @param options The log, its collector and the clock.
 * @returns What writes and restores backups.
 */
export function logBackups(
  { log, collector, clock, wake, onRestored }: LogBackupsOptions,
): BackupAccess {
  const note = (by: string, what: ChangeKind, about: string, details: readonly string[] = []) =>
    log.addChange({ at: clock.now(), by, what, about, details });

  return {
    write: (from) => log.backup(clock.now(), from),
    restoring: () => log.restoring(),
    restore(text, isReplacing, by) {
      const part = openPart(text);
      const wasDone = log.restoring() === undefined && part.header === undefined;
      const restored = log.transaction(() => {
        const restored = log.restore(part, { now: clock.now(), isReplacing });
        const { header: { startedAt, collector: state }, isDone, rows } = restored;
        if (part.header !== undefined) {
          note(by, "restore.begun", startedAt, isReplacing ? ["replace"] : []);
        }
        if (isDone && !wasDone) {
          collector.continueFrom(state);
          note(by, "restore.done", startedAt, [`${rows.events ?? 0} events`]);
        }
        return restored;
      });
      if (restored.isDone && !wasDone) {
        // In the same turn: no event may meet other rules than those of the backup.
        onRestored(restored.rows);
        wake();
      }
      return restored;
    },
    abandon: (by) =>
      log.transaction(() => {
        const { header } = log.restoring() ?? {};
        if (header === undefined || !log.abandonRestore(clock.now())) return false;
        note(by, "restore.abandoned", header.startedAt);
        return true;
      }),
  };
}
