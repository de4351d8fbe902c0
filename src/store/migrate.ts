import type { Sql } from "./sql.ts";

/**
 * The schema, step by step. A step that has been released is never changed, only followed by
 * another.
 *
 * `events`: `seq` comes from a counter, since AUTOINCREMENT would write a third row per event, to a
 * table of its own. Equal events (twins) and different events with an equal hash take the next
 * `slot`.
 */
export const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) WITHOUT ROWID`,
    `CREATE TABLE events (
      seq INTEGER PRIMARY KEY, hash INTEGER NOT NULL, slot INTEGER NOT NULL,
      at INTEGER, recorded_at INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (hash, slot))`,
    `CREATE TABLE invalid_events (
      seq INTEGER PRIMARY KEY, hash INTEGER NOT NULL, slot INTEGER NOT NULL,
      recorded_at INTEGER NOT NULL, issues TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (hash, slot))`,
    `CREATE TABLE alerts (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, rule_id TEXT NOT NULL, level TEXT NOT NULL,
      at INTEGER, recorded_at INTEGER NOT NULL, event_seq INTEGER, body TEXT NOT NULL)`,
    `CREATE TABLE outbox (
      id INTEGER PRIMARY KEY, webhook_id TEXT NOT NULL, endpoint TEXT NOT NULL, state TEXT NOT NULL,
      attempt INTEGER NOT NULL, round INTEGER NOT NULL, due_at INTEGER, token TEXT,
      created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, UNIQUE (webhook_id, endpoint))`,
    `CREATE INDEX outbox_due ON outbox (endpoint, due_at) WHERE due_at IS NOT NULL`,
    `CREATE TABLE attempts (
      message INTEGER NOT NULL, number INTEGER NOT NULL, at INTEGER NOT NULL,
      duration_ms INTEGER NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, status INTEGER,
      excerpt TEXT, PRIMARY KEY (message, number)) WITHOUT ROWID`,
    `CREATE TABLE checkpoints (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`,
    `CREATE TABLE pass_pages (
      pass INTEGER NOT NULL, page INTEGER NOT NULL, url TEXT NOT NULL, seqs TEXT NOT NULL,
      held TEXT NOT NULL, spent TEXT NOT NULL, PRIMARY KEY (pass, page)) WITHOUT ROWID`,
  ],
  // The rows themselves tell how many twins a pass has confirmed.
  [`ALTER TABLE pass_pages DROP COLUMN spent`],
  // The status counts dead letters at every tick.
  [`CREATE INDEX outbox_dead ON outbox (updated_at) WHERE state = 'dead'`],
  // The hash does not resist attackers, who could hide an item behind another one. And an item that
  // was removed must not count as new when it is read again.
  [
    `ALTER TABLE invalid_events ADD COLUMN digest TEXT`,
    `CREATE TABLE invalid_digests (
      seq INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, recorded_at INTEGER NOT NULL)`,
  ],
  // The state of correlations. It is found by its group, or by when it needs attention.
  [
    `CREATE TABLE correlation_groups (
      key TEXT NOT NULL, "group" TEXT NOT NULL, due REAL NOT NULL, size INTEGER NOT NULL,
      state TEXT NOT NULL, UNIQUE (key, "group"))`,
    `CREATE INDEX correlation_due ON correlation_groups (key, due)`,
    `CREATE TABLE correlation_totals (
      key TEXT PRIMARY KEY, groups INTEGER NOT NULL, matches INTEGER NOT NULL) WITHOUT ROWID`,
  ],
  // Windows in which repeats of an alert are folded, and the messages that close them.
  [
    `CREATE TABLE fold_windows (
      scope TEXT NOT NULL, "group" TEXT NOT NULL, first TEXT NOT NULL, opened_at INTEGER NOT NULL,
      ends_at INTEGER NOT NULL, folded INTEGER NOT NULL, last TEXT, about TEXT,
      PRIMARY KEY (scope, "group")) WITHOUT ROWID`,
    `CREATE INDEX fold_ends ON fold_windows (ends_at)`,
    `CREATE INDEX fold_due ON fold_windows (ends_at) WHERE folded > 0 AND scope <> ''`,
    `CREATE TABLE folded_messages (
      seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, recorded_at INTEGER NOT NULL,
      body TEXT NOT NULL)`,
  ],
  // Silences: they hold back notifications for a time.
  [
    `CREATE TABLE silences (
      id TEXT PRIMARY KEY, until INTEGER NOT NULL, created_at INTEGER NOT NULL,
      held_back INTEGER NOT NULL, last_at INTEGER, body TEXT NOT NULL) WITHOUT ROWID`,
  ],
  // What people have made of alerts.
  [
    `ALTER TABLE alerts ADD COLUMN state TEXT NOT NULL DEFAULT 'open'`,
    `CREATE INDEX alert_state ON alerts (state, seq)`,
    `CREATE TABLE alert_changes (alert TEXT PRIMARY KEY, history TEXT NOT NULL) WITHOUT ROWID`,
  ],
  // A number for each correlation, and no rowid: a page may touch a thousand groups. Their state
  // was in no release.
  [
    `DROP TABLE correlation_groups`,
    `DROP TABLE correlation_totals`,
    `CREATE TABLE correlations (
      number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, groups INTEGER NOT NULL,
      matches INTEGER NOT NULL)`,
    `CREATE TABLE correlation_groups (
      correlation INTEGER NOT NULL, "group" TEXT NOT NULL, due REAL NOT NULL,
      size INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (correlation, "group")) WITHOUT ROWID`,
    `CREATE INDEX correlation_due ON correlation_groups (correlation, due)`,
  ],
  // Rules may be out of force for a while, by mistake; what they had learned took weeks.
  [`ALTER TABLE correlations ADD COLUMN unused_since INTEGER`],
  // Endpoints that operators have put here, and what operators have changed.
  [
    `CREATE TABLE endpoints (
      name TEXT PRIMARY KEY, config TEXT NOT NULL, at INTEGER NOT NULL, "by" TEXT NOT NULL)
      WITHOUT ROWID`,
    `CREATE TABLE changes (
      seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, "by" TEXT NOT NULL, what TEXT NOT NULL,
      about TEXT NOT NULL, details TEXT NOT NULL)`,
  ],
  // What is known about endpoints, and messages in the order of their level.
  [
    `CREATE TABLE endpoint_states (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID`,
    `ALTER TABLE outbox ADD COLUMN level INTEGER NOT NULL DEFAULT 2`,
    `ALTER TABLE outbox ADD COLUMN refused INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE outbox ADD COLUMN queued_at INTEGER NOT NULL DEFAULT 0`,
    `UPDATE outbox SET queued_at = created_at, level = COALESCE(
      (SELECT CASE level WHEN 'critical' THEN 4 WHEN 'high' THEN 3 WHEN 'medium' THEN 2
        WHEN 'low' THEN 1 ELSE 0 END FROM alerts WHERE id = webhook_id), level)`,
    `DROP INDEX outbox_due`,
    `CREATE INDEX outbox_due ON outbox (endpoint, level, due_at) WHERE due_at IS NOT NULL`,
  ],
  // Without NOT NULL, an upsert cannot fail halfway, so SQLite keeps no copy of what it changes:
  // writing groups takes half the time.
  [
    `ALTER TABLE correlation_groups RENAME TO old_groups`,
    `CREATE TABLE correlation_groups (
      correlation INTEGER, "group" TEXT, due REAL, size INTEGER, state TEXT,
      PRIMARY KEY (correlation, "group")) WITHOUT ROWID`,
    `INSERT INTO correlation_groups
      SELECT correlation, "group", due, size, state FROM old_groups`,
    `DROP TABLE old_groups`,
    `CREATE INDEX correlation_due ON correlation_groups (correlation, due)`,
  ],
  // An index on when groups are due took a quarter of the time to write and delete them, and as many
  // rows again. To know when the first one is due is enough: then all groups are looked at, which
  // happens about once while each of them is there.
  [
    `DROP INDEX correlation_due`,
    `ALTER TABLE correlations ADD COLUMN due_from REAL NOT NULL DEFAULT 0`,
  ],
  // How many alerts of each rule and level were recorded; of earlier ones, those that are kept.
  [
    `CREATE TABLE alert_counts (
      rule TEXT NOT NULL, level TEXT NOT NULL, alerts INTEGER NOT NULL, last_at INTEGER NOT NULL,
      PRIMARY KEY (rule, level)) WITHOUT ROWID`,
    `INSERT INTO alert_counts
      SELECT rule_id, level, COUNT(*), MAX(recorded_at) FROM alerts GROUP BY rule_id, level
        ORDER BY COUNT(*) DESC LIMIT 1000`,
  ],
];

/**
 * Brings the schema of a database up to date, with one transaction for each step, so that an
 * interrupted step is repeated as a whole.
 *
 * @param sql The database, empty or of any earlier version.
 * @param now Milliseconds since the Unix epoch.
 * @throws {Error} If the database was written by a later version than this one.
 */
export function migrate(sql: Sql, now: number): void {
  sql.run(
    `CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL)`,
  );
  const done = sql.all<{ number: number | null }>(`SELECT MAX(number) AS number FROM migrations`)[0]
    ?.number ?? 0;
  if (done > MIGRATIONS.length) {
    throw new Error(
      `Cannot open the log: a later version wrote it (schema ${done}; this program knows ` +
        `${MIGRATIONS.length}). Nothing was changed: run that version again, or a later one`,
    );
  }
  for (const [index, statements] of MIGRATIONS.entries()) {
    const number = index + 1;
    if (number <= done) continue;
    sql.transaction(() => {
      for (const statement of statements) sql.run(statement);
      sql.run(`INSERT INTO migrations (number, applied_at) VALUES (?, ?)`, number, now);
    });
  }
}
