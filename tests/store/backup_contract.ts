import { assert, assertEquals, assertThrows } from "@std/assert";
import { BackupError, type BackupPart, openPart } from "../../src/store/backup/backup_part.ts";
import { PlaceError } from "../../src/store/backup/backup_parts.ts";
import { BACKUP_TABLES } from "../../src/store/backup/backup_tables.ts";
import { RestoreError } from "../../src/store/backup/restore_part.ts";
import type { Sql } from "../../src/store/sql.ts";
import { addAlert, bodies, event, type Log, open, type Promised, record } from "./promised.ts";

const SIEM = {
  url: "https://siem.example.com/S3CRET",
  secret: "whsec_S3CRET",
  previousSecrets: ["whsec_S3CRET"],
  headers: { "x-key": "S3CRET" },
  options: { key: "S3CRET" },
  minLevel: "low",
};

/** Something in every table that a backup holds. */
function fill(log: Log): void {
  record(log, [event(1), event(1), event(2)], 10); // twins
  record(log, [event(3, { user: 'Ana "A" \u2028 (a@example.com)' })], 20);
  addAlert(log, "delivered", ["siem"], 30);
  addAlert(log, "owed", ["siem", "pager"], 31);
  const [sent] = log.deliveries({ webhookId: "delivered", limit: 1 });
  log.transaction(() => {
    log.saveCheckpoint("source", "https://api.example.com/v7 all");
    log.saveCheckpoint("collector", { lowWater: 5 });
    log.saveMessage(sent!, { ...sent!, state: "delivered", attempt: 1, dueAt: null }, 40);
    log.changeAlert(
      "owed",
      { state: "acknowledged", by: "ana", at: "2026-11-22T10:00:00.000Z", note: null },
    );
    log.keepInvalid([{ value: { event: 1 }, issues: ["event is a number"] }], 50);
    log.addSilence({
      id: "quiet",
      rule: null,
      fields: {},
      by: "ana",
      reason: "Known",
      until: "2100-01-01T00:00:00.000Z",
      createdAt: "2026-11-22T10:00:00.000Z",
    }, 60);
    log.addChange({ at: 60, by: "ana", what: "silence.added", about: "quiet", details: [] });
    log.saveEndpoint({ name: "siem", config: SIEM, at: 1, by: "ana" });
    log.saveCheckpoint("uploaded rules", { bundle: { rules: [] }, at: 1, by: "ana" });
  });
  log.sql.run(`INSERT INTO correlations (number, key, groups, matches) VALUES (7, 'k', 2, 3)`);
  for (const group of ["a", "b"]) {
    log.sql.run(`INSERT INTO correlation_groups VALUES (7, ?, 1e300, 1, 'state')`, group);
  }
}

/** Every row that a backup holds. */
function rowsOf(sql: Sql): Record<string, unknown[]> {
  return Object.fromEntries(BACKUP_TABLES.map(({ name, key, columns, onlyKey }) => {
    const [names, keys] = [Object.keys(columns), key].map((list) =>
      list.map((column) => `"${column}"`).join(", ")
    );
    const where = onlyKey === undefined ? "" : `WHERE ${keys} = '${onlyKey}'`;
    return [name, sql.all(`SELECT ${names} FROM ${name} ${where} ORDER BY ${keys}`)];
  }));
}

const restoreAll = (log: Log, parts: readonly string[], isReplacing = true) =>
  parts.map((part) => log.transaction(() => log.restore(openPart(part), { now: 100, isReplacing })))
    .at(-1)!;

const refusal = (log: Log, part: BackupPart, isReplacing = false) =>
  assertThrows(() => log.transaction(() => log.restore(part, { now: 100, isReplacing }))) as Error;

/** What is in no backup, on purpose: tables, and columns of others. */
const LEFT_OUT = [
  "attempts",
  "endpoint_states",
  "fold_windows",
  "meta",
  "migrations",
  "outbox.due_at",
  "outbox.token",
  "pass_pages",
];

/** The tables of the log and their columns, without those of the platform. */
function schemaOf(sql: Sql): Map<string, string[]> {
  const tables = sql.all<{ name: string }>(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND substr(name, 1, 1) <> '_'`,
  );
  return new Map(tables.map(({ name }) => [
    name,
    sql.all<{ name: string }>(`SELECT name FROM pragma_table_info(?)`, name)
      .map((column) => column.name),
  ]));
}

/** What the log promises about backups. */
export const BACKUP_CONTRACT: readonly Promised[] = [
  {
    name: "a backup has every table and column of the schema, but for those left out on purpose",
    check(sql) {
      open(sql);
      const missing: string[] = [];
      for (const [table, columns] of schemaOf(sql)) {
        const held = BACKUP_TABLES.find(({ name }) => name === table);
        if (held === undefined) missing.push(table);
        else {
          const lacking = columns.filter((column) => !Object.hasOwn(held.columns, column));
          missing.push(...lacking.map((column) => `${table}.${column}`));
        }
      }
      assertEquals(missing.toSorted(), LEFT_OUT);
    },
  },
  {
    name: "a backup that is put back gives every row under its number, in a new epoch",
    check(sql) {
      const log = open(sql);
      fill(log);
      const before = { rows: rowsOf(sql), head: log.head(), alertsHead: log.alertsHead() };
      const parts = [...log.backup(100)];
      assert(parts.length > 1);
      assert(restoreAll(log, parts).isDone);
      const { outbox, changes, ...rows } = rowsOf(sql);
      const { outbox: owed, changes: known, ...others } = before.rows;
      assertEquals(rows, others);
      assertEquals(changes, [...known!, { ...known![0] as object, seq: 2 }]);
      assertEquals(outbox?.length, owed?.length);
      assertEquals({ ...log.head(), epoch: "" }, { ...before.head, epoch: "" });
      assertEquals({ ...log.alertsHead(), epoch: "" }, { ...before.alertsHead, epoch: "" });
      assert(log.head().epoch !== before.head.epoch);
      assertEquals(log.restoring(), undefined);
    },
  },
  {
    name: "a backup has no secret, and putting it back sends nothing: what was owed is dead",
    check(sql) {
      const log = open(sql);
      fill(log);
      const parts = [...log.backup(100)];
      assert(!parts.join("").includes("S3CRET"));
      restoreAll(log, parts);
      const states = log.deliveries({ limit: 10 }).map(({ webhookId, endpoint, state }) =>
        `${webhookId} ${endpoint} ${state}`
      );
      assertEquals(states, ["owed pager dead", "owed siem dead", "delivered siem delivered"]);
      assertEquals(log.dueTimes(), new Map());
    },
  },
  {
    name:
      "what operators had put in force comes back with the last part, endpoints without secrets",
    check(sql) {
      const log = open(sql);
      fill(log);
      const rules = log.checkpoint("uploaded rules");
      const parts = [...log.backup(100)];
      const endpoint = { config: { url: "https://new.example.com" }, at: 2, by: "bob" };
      log.transaction(() => {
        log.saveCheckpoint("uploaded rules", null);
        log.removeEndpoint("siem");
        log.saveEndpoint({ name: "pager", ...endpoint });
      });
      restoreAll(log, parts.slice(0, -1));
      assertEquals(log.checkpoint("uploaded rules"), null);
      assertEquals(log.storedEndpoints(), [{ name: "pager", ...endpoint }]);
      restoreAll(log, parts.slice(-1));
      assertEquals(log.checkpoint("uploaded rules"), rules);
      const withheld = ["url", "secret", "previousSecrets", "headers", "options"];
      const siem = { name: "siem", config: { minLevel: "low", withheld }, at: 1, by: "ana" };
      assertEquals(log.storedEndpoints(), [{ name: "pager", ...endpoint }, siem]);
      // Whoever restores this backup is still told what the endpoint had; and one that is there stays.
      const again = [...log.backup(100)];
      log.transaction(() => log.saveEndpoint({ name: "pager", ...endpoint, at: 3 }));
      restoreAll(log, again);
      assertEquals(log.storedEndpoints(), [{ name: "pager", ...endpoint, at: 3 }, siem]);
    },
  },
  {
    name: "what is read again after a backup was put back is recorded once, twins included",
    check(sql) {
      const log = open(sql);
      fill(log);
      restoreAll(log, [...log.backup(100)]);
      assertEquals(record(log, [event(1), event(1), event(2)], 200).recorded.length, 0);
      const { recorded } = record(log, [event(1), event(1), event(1), event(4)], 200);
      assertEquals(recorded.map(({ seq, occurrence }) => [seq, occurrence]), [[5, 3], [6, 1]]);
      assertEquals(bodies(log).length, 6);
    },
  },
  {
    name: "an export that is interrupted goes on from its last part, without what came since",
    check(sql) {
      const log = open(sql);
      fill(log);
      const whole = [...log.backup(100)];
      const [first = ""] = log.backup(100);
      record(log, [event(9)], 110);
      addAlert(log, "later", ["siem"], 110);
      const rest = [...log.backup(120, openPart(first).end.next)];
      assertEquals([first, ...rest], whole);
      assertThrows(() => log.backup(120, `{"part":2}`).next(), PlaceError);
    },
  },
  {
    name: "a large log is exported in bounded parts, each row once",
    check(sql) {
      const log = open(sql);
      const text = "x".repeat(3_000);
      for (let page = 0; page < 4; page++) {
        const events = Array.from(
          { length: 100 },
          (_, i) => event(page * 100 + i, { event: text }),
        );
        record(log, events, 10);
      }
      const before = rowsOf(sql);
      const parts = [...log.backup(100)];
      assert(parts.every((part) => part.length < 400_000));
      assert(parts.length > 4);
      restoreAll(log, parts);
      assertEquals(rowsOf(sql), before);
    },
  },
  {
    name: "a part of a backup that was sent twice changes nothing, the last one included",
    check(sql) {
      const log = open(sql);
      fill(log);
      const before = rowsOf(sql).events;
      const parts = [...log.backup(100)];
      const last = restoreAll(log, parts.flatMap((part) => [part, part]));
      assert(last.isDone);
      assertEquals(rowsOf(sql).events, before);
    },
  },
  {
    name: "a backup of an earlier version, whose rows lack the last column, has the default there",
    check(sql) {
      const log = open(sql);
      fill(log);
      const parts = [...log.backup(100)].map(openPart);
      for (const { rows, ...part } of parts) {
        const shorter = rows.map(([table, row]): BackupPart["rows"][number] => [
          table,
          table === "alerts" ? (row as unknown[]).slice(0, -1) : row,
        ]);
        const options = { now: 100, isReplacing: true };
        log.transaction(() => log.restore({ ...part, rows: shorter }, options));
      }
      assertEquals(log.alertsAfter(0, 10).map(({ state }) => state), ["open", "open"]);
    },
  },
  {
    name: "a backup is refused where the log is not empty, is another, or is of an earlier version",
    check(sql) {
      const log = open(sql);
      fill(log);
      const [first = ""] = log.backup(100);
      const part = openPart(first);
      const holds = "it holds 4 events, 2 alerts, 1 invalid events";
      assert(refusal(log, part).message.includes(holds));
      const later = { ...part, header: { ...part.header!, schema: 1_000 } };
      assert(refusal(log, later, true).message.includes("later version"));
      const other = { ...part, header: { ...part.header!, source: "https://other.example/ all" } };
      assert(refusal(log, other, true).message.includes("https://other.example/ all"));
      assertEquals(bodies(log).length, 4);
    },
  },
  {
    name:
      "a backup that is damaged, cut short or out of order is refused, and nothing of it is kept",
    check(sql) {
      const log = open(sql);
      fill(log);
      const [first = "", ...rest] = log.backup(100);
      assertThrows(() => openPart(first.replace("Known", "Knowm")), BackupError, "damaged");
      assertThrows(() => openPart(first.slice(0, -200)), BackupError);
      assertThrows(() => openPart("GIF89a"), BackupError);
      assert(refusal(log, openPart(rest[0]!)) instanceof RestoreError);
      restoreAll(log, [first]);
      assertEquals(log.restoring()?.part, 1);
      const { end, rows, totals } = openPart(rest.at(-1)!);
      const short = { end, rows: rows.slice(1), totals: totals! };
      assert(refusal(log, short).message.includes("rows of"));
      const broken: BackupPart["rows"][number] = ["events", [9, 9, 9, 9, 9, "{\n}"]];
      const bad = { end, totals: totals!, rows: [...rows, broken] };
      assert(refusal(log, bad).message.includes("events.body must be JSON on one line"));
      const refusedRows: [BackupPart["rows"][number], string][] = [
        [["attempts", []], "attempts"],
        [["checkpoints", ["source", '"other"']], "checkpoints may only have 'uploaded rules'"],
      ];
      for (const [row, why] of refusedRows) {
        assert(refusal(log, { end, totals: totals!, rows: [row] }).message.includes(why));
      }
      const early = rows.filter(([table]) => table === "endpoints");
      assert(refusal(log, { end: { ...end, next: "" }, rows: early }).message.includes("last"));
      assertEquals(bodies(log), []);
      assert(log.transaction(() => log.abandonRestore(200)));
      assertEquals(log.restoring(), undefined);
      assertEquals(log.storedEndpoints().length, 1);
    },
  },
];
