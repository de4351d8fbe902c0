import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { Alert } from "../../src/alert/alert.ts";
import { hashEvent } from "../../src/store/hash_event.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { Sql } from "../../src/store/sql.ts";
import type { UserEvent } from "../../src/thousandeyes/user_event.ts";
import { READ_CONTRACT } from "./read_contract.ts";

/** One promise of the log, checked on an empty database. */
export interface Promised {
  readonly name: string;
  check(sql: Sql): void | Promise<void>;
}

const DAY = 86_400_000;
const open = (sql: Sql, now = 1) => openLog(sql, { now, random: () => 0.5 });
type Log = ReturnType<typeof open>;

function event(second: number, more: UserEvent = {}): UserEvent {
  const date = new Date(Date.UTC(2026, 10, 22, 10, 0, second)).toISOString();
  return { aid: "12", date, event: "Login failed.", user: "a (a@example.com)", ...more };
}

function record(log: Log, events: UserEvent[], now = 1, taken?: Set<number>) {
  return log.transaction(() =>
    log.record(events, taken === undefined ? { now } : { now, taken, confirmed: new Map() })
  );
}

function bodies(log: Log): UserEvent[] {
  return log.eventsAfter(0, 1_000_000).map(({ body }) => JSON.parse(body) as UserEvent);
}

function alertOf(id: string, level: Alert["level"] = "high"): Alert {
  return {
    id,
    ruleId: "rule",
    title: "A rule",
    level,
    tags: [],
    references: [],
    falsepositives: [],
    event: event(0),
    occurrence: 1,
    at: null,
    matched: [],
  };
}

function addAlert(log: Log, id: string, endpoints: string[], now = 1): void {
  log.transaction(() => {
    log.addAlerts([{ alert: alertOf(id), eventSeq: null, at: null }], now);
    log.queue(endpoints.map((endpoint) => ({ webhookId: id, endpoint })), now);
  });
}

/**
 * What the log promises on every storage: the same list runs on `node:sqlite` and in a Durable Object. Each
 * check gets an empty database.
 */
export const LOG_CONTRACT: readonly Promised[] = [
  ...READ_CONTRACT,
  {
    name: "openLog() keeps what is there when it is opened again",
    check(sql) {
      record(open(sql), [event(1)]);
      const { epoch } = open(sql).head();
      assertEquals(open(sql, 2).head(), { epoch, oldest: 1, newest: 1 });
    },
  },
  {
    name: "openLog() refuses a database of a later version",
    check(sql) {
      open(sql);
      sql.run(`INSERT INTO migrations (number, applied_at) VALUES (999, 1)`);
      assertThrows(() => open(sql), Error, "version 999");
    },
  },
  {
    name: "record() records each event once, however often it comes",
    check(sql) {
      const log = open(sql);
      assertEquals(record(log, [event(1), event(2)]).recorded.length, 2);
      const again = record(log, [event(2), event(1), event(3)]);
      assertEquals([again.recorded.length, again.duplicates], [1, 2]);
      assertEquals(bodies(log), [event(1), event(2), event(3)]);
    },
  },
  {
    name: "record() keeps twins, and numbers them",
    check(sql) {
      const log = open(sql);
      const { recorded } = record(log, [event(1), event(1)]);
      assertEquals(recorded.map(({ occurrence }) => occurrence), [1, 2]);
      assertEquals(record(log, [event(1)]).recorded, []);
      const third = record(log, [event(1), event(1), event(1)]);
      assertEquals(third.recorded.map(({ occurrence }) => occurrence), [3]);
      assertEquals(third.twins, 1);
      assertEquals(bodies(log).length, 3);
    },
  },
  {
    name: "record() takes null, absent and empty for the same, and leaves unknown members out",
    check(sql) {
      const log = open(sql);
      record(log, [event(1, { resources: [] })]);
      const other = record(log, [event(1, { severity: "new", aid: "12" })]);
      assertEquals([other.recorded.length, other.duplicates], [0, 1]);
    },
  },
  {
    name: "record() trusts no hash: a different event with the same one is recorded",
    check(sql) {
      const log = open(sql);
      const hash = hashEvent(event(2), Date.parse(event(2).date!));
      sql.run(
        `INSERT INTO events (seq, hash, slot, at, recorded_at, body) VALUES (1, ?, 0, 1, 1, ?)`,
        hash,
        JSON.stringify(event(1)),
      );
      sql.run(`INSERT INTO meta (name, value) VALUES ('event_seq', 1)`);
      const first = record(log, [event(2)]);
      assertEquals(first.recorded.map(({ occurrence }) => occurrence), [1]);
      assertEquals(record(log, [event(2)]).duplicates, 1);
      assertEquals(bodies(log), [event(1), event(2)]);
    },
  },
  {
    name: "record() puts a page in order of time, whichever way it was sent",
    check(sql) {
      const log = open(sql);
      const page = [event(3), event(2, { user: "b" }), event(2, { user: "a" }), event(1), {}];
      record(log, page);
      assertEquals(bodies(log), [
        event(1),
        event(2, { user: "a" }),
        event(2, { user: "b" }),
        event(3),
        {},
      ]);
    },
  },
  {
    name: "record() holds a twin on a later page until a second pass has seen it as well",
    check(sql) {
      const log = open(sql);
      const taken = new Set<number>();
      const one = record(log, [event(1)], 1, taken);
      for (const seq of one.seqs) taken.add(seq);
      const two = record(log, [event(1)], 1, taken);
      assertEquals([two.recorded.length, [...two.held.values()]], [0, [1]]);
      const second = new Set(record(log, [event(1)], 1, new Set()).seqs);
      const confirmed = log.transaction(() =>
        log.record([event(1), event(1)], { now: 1, taken: second, confirmed: two.held })
      );
      // Two were seen twice; the third is new and has to wait.
      assertEquals(confirmed.recorded.map(({ occurrence }) => occurrence), [2]);
      assertEquals([...confirmed.held.values()], [1]);
    },
  },
  {
    name: "record() holds twins by what they are, and not by their hash",
    check(sql) {
      const log = open(sql);
      // The hash leaves out the user's name where there is an id.
      const page = ["a", "b", "c"].map((user) => event(1, { uid: "7", user }));
      const taken = new Set(record(log, page).seqs);
      const shown = record(log, page, 1, taken);
      assertEquals([shown.recorded.length, [...shown.held.values()]], [0, [1, 1, 1]]);
    },
  },
  {
    name: "record() takes pages of any size",
    check(sql) {
      const log = open(sql);
      const many = Array.from({ length: 2_345 }, (_, n) => event(n, { user: `user ${n}` }));
      assertEquals(record(log, many).recorded.length, 2_345);
      assertEquals(record(log, many).duplicates, 2_345);
      assertEquals(log.head().newest, 2_345);
    },
  },
  {
    name: "record() sets aside an event that is too large for a row, and records the others",
    check(sql) {
      const log = open(sql);
      const large = event(1, { user: "é".repeat(1_200_000) });
      const { oversized, recorded } = record(log, [large, event(2)]);
      assertEquals([oversized.length, recorded.length], [1, 1]);
      log.transaction(() => log.keepInvalid([{ value: large, issues: ["too large"] }], 1));
      assertEquals(log.invalidEvents(0, 10).length, 1);
      const faults = Array.from({ length: 50_000 }, (_, n) => `resources[${n}]: not an object`);
      log.transaction(() => log.keepInvalid([{ value: 1, issues: faults }], 1));
      const { issues } = log.invalidEvents(1, 10)[0]!;
      assertEquals([issues.length, issues.at(-1)], [101, "and 49900 more"]);
    },
  },
  {
    name: "addAlerts() finds room for the alert about every event that record() takes",
    check(sql) {
      const log = open(sql);
      const text = '"'.repeat(20_000); // two bytes of JSON each, and more within a statement
      const resources = Array.from({ length: 36 }, (_, n) => ({ type: `${n}`, name: text }));
      const large = event(1, { resources });
      const size = JSON.stringify(large).length;
      assert(size > 1_400_000 && record(log, [large]).recorded.length === 1);
      const matched = resources.slice(0, 32).map(({ name }) => ({
        field: "resources.name",
        value: name,
        item: name,
      }));
      const plain = { ...alertOf("a"), event: large };
      log.transaction(() => {
        log.addAlerts([
          { alert: plain, eventSeq: 1, at: null },
          { alert: { ...plain, id: "b", matched }, eventSeq: 1, at: null },
        ], 1);
      });
      assertEquals(JSON.parse(log.alert("a")!.body), plain);
      assertEquals(JSON.parse(log.alert("b")!.body), { ...plain, id: "b", matched: [] });
    },
  },
  {
    name: "transaction() leaves nothing behind when it fails, and tells nobody",
    check(sql) {
      const log = open(sql);
      let told = 0;
      log.onAppend(() => told++);
      assertThrows(
        () =>
          log.transaction(() => {
            log.record([event(1)], { now: 1 });
            log.addAlerts([{ alert: alertOf("a"), eventSeq: 1, at: 1 }], 1);
            log.queue([{ webhookId: "a", endpoint: "siem" }], 1);
            log.saveCheckpoint("place", { page: 2 });
            throw new Error("cut off");
          }),
        Error,
        "cut off",
      );
      assertEquals([told, log.head().newest, log.alertsHead().newest], [0, 0, 0]);
      assertEquals([log.nextDueAt(), log.checkpoint("place")], [undefined, undefined]);
      record(log, [event(1)]);
      assertEquals(told, 1);
      record(log, [event(1)]);
      assertEquals(told, 1, "nothing was added");
    },
  },
  {
    name: "keepInvalid() keeps each invalid event once, with its issues",
    check(sql) {
      const log = open(sql);
      const invalid = [{ value: { date: 7 }, issues: ["date: not a text"] }, {
        value: "x",
        issues: ["not an object"],
      }];
      const keep = () => log.transaction(() => log.keepInvalid(invalid, 5));
      assertEquals([keep(), keep()], [2, 0]);
      assertEquals(log.invalidEvents(0, 10).map(({ seq, body, issues }) => [seq, body, issues]), [
        [1, '{"date":7}', ["date: not a text"]],
        [2, '"x"', ["not an object"]],
      ]);
    },
  },
  {
    name: "addAlerts() stores an alert once",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", []);
      addAlert(log, "a", []);
      addAlert(log, "b", []);
      assertEquals(log.alertsAfter(0, 10).map(({ seq, id }) => [seq, id]), [[1, "a"], [2, "b"]]);
      assertEquals(JSON.parse(log.alert("b")!.body), alertOf("b"));
    },
  },
  {
    name: "queue() queues a message once for each endpoint",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem", "chat"], 5);
      addAlert(log, "a", ["siem", "chat", "pager"], 6);
      assertEquals(log.endpointsWithDue(), ["chat", "pager", "siem"]);
      assertEquals(log.nextDueAt(), 5);
      assertEquals(log.counts().messages, { pending: 3 });
    },
  },
  {
    name: "saveMessage() writes only over what was read",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"], 5);
      const [message] = log.dueMessages("siem", 5, 10);
      const leased = { state: "leased", attempt: 1, round: 1, dueAt: 60, token: "t" } as const;
      assert(log.saveMessage(message!, leased, 6));
      assert(!log.saveMessage(message!, leased, 7), "somebody else has it");
      assertEquals(log.dueMessages("siem", 59, 10), []);
      assertEquals(log.dueMessages("siem", 60, 10).map(({ token }) => token), ["t"]);
      const done = { state: "delivered", attempt: 1, round: 1, dueAt: null, token: null } as const;
      assert(log.saveMessage({ ...message!, ...leased }, done, 8));
      assertEquals([log.nextDueAt(), log.endpointsWithDue()], [undefined, []]);
      assertEquals(log.deliveries({ limit: 5, state: "delivered" }).length, 1);
      assertEquals(log.deliveries({ limit: 5, endpoint: "chat" }).length, 0);
    },
  },
  {
    name: "noteAttempt() keeps the latest twenty",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"]);
      for (let number = 1; number <= 25; number++) {
        log.noteAttempt(1, {
          number,
          at: number,
          durationMs: 2,
          kind: "retry",
          code: "answered",
          status: 500,
          excerpt: null,
        });
      }
      assertEquals(
        log.attempts(1).map(({ number }) => number),
        Array.from({ length: 20 }, (_, n) => n + 6),
      );
    },
  },
  {
    name: "readPass() gives back what the pages of a pass have counted",
    check(sql) {
      const log = open(sql);
      log.savePassPage({
        pass: 4,
        page: 0,
        url: "u0",
        seqs: [1, 2],
        held: new Map([[7, 1]]),
        spent: new Map(),
      });
      log.savePassPage({
        pass: 4,
        page: 1,
        url: "u1",
        seqs: [3],
        held: new Map([[7, 2]]),
        spent: new Map([[8, 1]]),
      });
      const { taken, urls, held, spent } = log.readPass(4);
      assertEquals([[...taken], [...urls]], [[1, 2, 3], ["u0", "u1"]]);
      assertEquals([[...held], [...spent]], [[[7, 3]], [[8, 1]]]);
      log.dropPasses([4]);
      assertEquals(log.readPass(4).taken.size, 3);
      log.dropPasses([]);
      assertEquals(log.readPass(4).taken.size, 0);
    },
  },
  {
    name: "retain() removes what is too old, and nothing of it comes back",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      record(log, [event(1), event(2)], now);
      record(log, [event(3), event(4)], now + DAY);
      const limits = { now: now + 3 * DAY, maxAgeMs: 2.5 * DAY, maxBytes: Infinity, step: 100 };
      assertEquals(log.transaction(() => log.retain(limits)).events, 2);
      assertEquals(log.head().oldest, 3);
      const again = record(log, [event(1), event(2), event(3), event(5)], now + 3 * DAY);
      assertEquals([again.expired, again.duplicates, again.recorded.length], [2, 1, 1]);
    },
  },
  {
    name: "retain() goes on with the numbers after it has removed everything",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      record(log, [event(1), event(2)], now);
      log.transaction(() =>
        log.retain({ now: now + 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 })
      );
      const { oldest, newest } = log.head();
      assertEquals([oldest, newest], [3, 2]);
      assertEquals(record(log, [event(3)], now).recorded[0]!.seq, 3);
    },
  },
  {
    name: "retain() is not fooled by an event of the far future",
    check(sql) {
      const log = open(sql);
      const now = Date.UTC(2026, 10, 22, 11);
      record(log, [{ ...event(1), date: "2999-01-01T00:00:00Z" }], now);
      log.transaction(() =>
        log.retain({ now: now + 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 })
      );
      const later = { ...event(1), date: new Date(now + DAY).toISOString() };
      assertEquals(record(log, [later], now + 9 * DAY).recorded.length, 1);
    },
  },
  {
    name: "retain() keeps the size, in bounded steps",
    check(sql) {
      const log = open(sql);
      const before = sql.bytes();
      const many = Array.from({ length: 3_000 }, (_, n) => event(n, { user: "x".repeat(500) + n }));
      record(log, many);
      const limits = { now: 2, maxAgeMs: Infinity, maxBytes: before + 500_000, step: 200 };
      let steps = 0;
      while (log.transaction(() => log.retain(limits)).more) assert(++steps < 50);
      assert(steps > 5);
      assert(sql.bytes() <= limits.maxBytes);
      const { oldest, newest } = log.head();
      assert(oldest > 1_000 && oldest < newest);
    },
  },
  {
    name: "retain() keeps an alert whose message is on its way",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"]);
      addAlert(log, "b", []);
      const limits = { now: 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 };
      assertEquals(log.transaction(() => log.retain(limits)).alerts, 0);
      const [message] = log.deliveries({ limit: 1 });
      log.saveMessage(message!, { ...message!, state: "delivered", dueAt: null }, 2);
      assertEquals(log.transaction(() => log.retain(limits)).alerts, 2);
      assertEquals([log.deliveries({ limit: 5 }), log.alertsHead().oldest], [[], 3]);
    },
  },
  {
    name: "raiseEpoch() gives the log another name, and keeps it",
    check(sql) {
      const log = open(sql, 1);
      const { epoch } = log.head();
      log.transaction(() => log.raiseEpoch(DAY));
      assertNotEquals(log.head().epoch, epoch);
      assertEquals(open(sql, 2 * DAY).head().epoch, log.head().epoch);
      assert(/^[a-z0-9]{1,32}$/.test(log.head().epoch));
    },
  },
  {
    name: "shiftDue() brings forward what a clock that was ahead has put off",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"], 10 * DAY);
      log.shiftDue(8 * DAY, DAY);
      assertEquals(log.nextDueAt(), 2 * DAY);
    },
  },
];
