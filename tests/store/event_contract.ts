import { createHash } from "node:crypto";
import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { hashEvent } from "../../src/store/hash_event.ts";
import { alertOf, bodies, DAY, event, open, type Promised, record } from "./promised.ts";

/** What the log promises about events. */
export const EVENT_CONTRACT: readonly Promised[] = [
  {
    name: "openLog() keeps what the log holds when it is opened again",
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
      assertThrows(() => open(sql), Error, "schema 999");
    },
  },
  {
    name: "record() records each event once, however often it is read",
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
    name: "record() treats null, absent and empty members as equal, and ignores unknown members",
    check(sql) {
      const log = open(sql);
      record(log, [event(1, { resources: [] })]);
      const other = record(log, [event(1, { severity: "new", aid: "12" })]);
      assertEquals([other.recorded.length, other.duplicates], [0, 1]);
    },
  },
  {
    name:
      "record() records one event when its user or account group is renamed, and notes the names",
    check(sql) {
      const log = open(sql);
      const ids = { aid: "12", uid: "7" };
      const first = event(1, { ...ids, accountGroupName: "Here", user: "Ada Byron" });
      const second = { ...first, accountGroupName: "There", user: "Ada Lovelace" };
      record(log, [first]);
      const again = record(log, [second]);
      assertEquals([again.recorded.length, again.duplicates], [0, 1]);
      assertEquals(again.renames, [
        { of: "user", id: "7", from: "Ada Byron", to: "Ada Lovelace" },
        { of: "accountGroup", id: "12", from: "Here", to: "There" },
      ]);
      assertEquals(bodies(log), [first], "the first text is kept");
      const twins = record(log, [first, second]);
      assertEquals(twins.recorded.map(({ occurrence }) => occurrence), [2]);
      const { user: _, accountGroupName: __, ...nameless } = first;
      assertEquals(record(log, [nameless]).renames, []);
    },
  },
  {
    name: "record() does not trust hashes: a different event with the same hash is recorded",
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
    name: "record() records a page in order of time, however it was sent",
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
    name: "record() holds a twin on a later page until a second pass has seen it too",
    check(sql) {
      const log = open(sql);
      const taken = new Set<number>();
      const one = record(log, [event(1)], 1, taken);
      for (const seq of one.seqs) taken.add(seq);
      const two = record(log, [event(1)], 1, taken);
      assertEquals([two.recorded.length, [...two.held.values()]], [0, [1]]);
      const second = new Set(record(log, [event(1)], 1, new Set()).seqs);
      const confirmed = log.transaction(() =>
        log.record([event(1), event(1)], {
          now: 1,
          taken: second,
          earlier: { taken, held: two.held },
        })
      );
      // Two were seen twice; the third is new and has to wait.
      assertEquals(confirmed.recorded.map(({ occurrence }) => occurrence), [2]);
      assertEquals([...confirmed.held.values()], [1]);
    },
  },
  {
    name: "record() records no twin twice that another reader has confirmed meanwhile",
    check(sql) {
      const log = open(sql);
      const taken = new Set(record(log, [event(1)]).seqs);
      const { held } = record(log, [event(1)], 1, taken); // by either of two readers
      const confirm = () => {
        const mine = new Set(record(log, [event(1)], 1, new Set()).seqs);
        const options = { now: 1, taken: mine, earlier: { taken, held } };
        const first = log.transaction(() => log.record([event(1)], options));
        for (const seq of first.seqs) mine.add(seq);
        const again = log.transaction(() => log.record([event(1)], options)); // as pages shift
        return [first.recorded.length, again.recorded.length, again.held.size];
      };
      assertEquals(confirm(), [1, 0, 1]);
      assertEquals(confirm(), [0, 0, 1]);
    },
  },
  {
    name: "record() holds twins by their identity, not by their hash",
    check(sql) {
      const log = open(sql);
      // The hash leaves out the name of the account group.
      const { aid: _, ...bare } = event(1);
      const page = ["a", "b", "c"].map((accountGroupName) => ({ ...bare, accountGroupName }));
      const taken = new Set(record(log, page).seqs);
      const shown = record(log, page, 1, taken);
      assertEquals([shown.recorded.length, [...shown.held.values()]], [0, [1, 1, 1]]);
    },
  },
  {
    name: "record() accepts pages of any size",
    check(sql) {
      const log = open(sql);
      const many = Array.from({ length: 2_345 }, (_, n) => event(n, { user: `user ${n}` }));
      assertEquals(record(log, many).recorded.length, 2_345);
      assertEquals(record(log, many).duplicates, 2_345);
      assertEquals(log.head().newest, 2_345);
    },
  },
  {
    name:
      "record() records an event that is too large for a row shortened, with its size and digest",
    check(sql) {
      const log = open(sql);
      const large = event(1, { user: "é".repeat(1_200_000) });
      const { recorded } = record(log, [large, event(2)]);
      assertEquals(recorded.map(({ whole }) => whole), [large, event(2)]);
      const kept = JSON.parse(log.eventsAfter(0, 1)[0]!.body);
      assertEquals(kept, recorded[0]!.event);
      assertEquals(kept._panoptes, {
        truncated: true,
        bytes: new TextEncoder().encode(JSON.stringify(large)).length,
        sha256: createHash("sha256").update(JSON.stringify(large)).digest("hex"),
      });
      assertMatch(kept.user, /^é{1000}… cut, 1199000 more characters, sha256 [0-9a-f]{64}$/);
      assertEquals(record(log, [large]).duplicates, 1);
    },
  },
  {
    name: "record() keeps two events apart that differ only beyond what is kept of them",
    check(sql) {
      const log = open(sql);
      const resources = Array.from({ length: 40_000 }, (_, n) => ({
        type: "testName",
        name: `test ${n} ${"x".repeat(30)}`,
      }));
      const events = ["a", "b"].flatMap((end) => [
        event(1, { user: "u".repeat(2_000_000) + end }),
        event(1, { resources: [...resources, { type: "testName", name: end }] }),
      ]);
      assertEquals(record(log, events).recorded.length, 4);
      const reversed = events.map((one) =>
        one.resources === undefined ? one : { ...one, resources: one.resources.toReversed() }
      );
      assertEquals(record(log, reversed).duplicates, 4);
      assertEquals(record(log, [events[0]!, events[0]!], 3).twins, 1);
    },
  },
  {
    name: "record() records an event that is nested too deep to be written again",
    check(sql) {
      const log = open(sql);
      const deep = JSON.parse(`${"[".repeat(200_000)}1${"]".repeat(200_000)}`);
      const { recorded } = record(log, [event(1, { deep }), event(2)]);
      assertEquals(recorded.length, 2);
      const kept = JSON.parse(log.eventsAfter(0, 1)[0]!.body);
      assertEquals(kept._panoptes.bytes > 400_000, true);
      assertEquals(record(log, [event(1, { deep })]).duplicates, 1);
    },
  },
  {
    name: "keepInvalid() bounds what is kept of an item and of its issues, however deep or large",
    check(sql) {
      const log = open(sql);
      const keep = (value: unknown, issues: string[]) =>
        log.transaction(() => log.keepInvalid([{ value, issues }], 1)).length;
      const faults = Array.from({ length: 50_000 }, (_, n) => `resources[${n}]: not an object`);
      assertEquals(keep(1, faults), 1);
      const { issues } = log.invalidEvents(0, 10)[0]!;
      assertEquals([issues.length, issues.at(-1)], [101, "and 49900 more"]);
      const deep = JSON.parse(`{"date":${"[".repeat(300_000)}${"]".repeat(300_000)}}`);
      assertEquals([keep(deep, []), keep(deep, [])], [1, 0]);
      assertEquals(log.invalidEvents(1, 10)[0]!.body.length, 400_000);
    },
  },
  {
    name: "transaction() leaves nothing behind when it fails, and notifies no listener",
    check(sql) {
      const log = open(sql);
      let told = 0;
      log.onAppend(() => told++);
      assertThrows(
        () =>
          log.transaction(() => {
            log.record([event(1)], { now: 1 });
            log.addAlerts([{ alert: alertOf("a"), eventSeq: 1, at: 1 }], 1);
            log.queue([{ webhookId: "a", endpoint: "siem", level: "medium" }], 1);
            log.saveCheckpoint("place", { page: 2 });
            throw new Error("cut off");
          }),
        Error,
        "cut off",
      );
      assertEquals([told, log.head().newest, log.alertsHead().newest], [0, 0, 0]);
      assertEquals([log.dueTimes().get("siem"), log.checkpoint("place")], [undefined, undefined]);
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
      assertEquals([keep().length, keep().length], [2, 0]);
      assertEquals(log.invalidEvents(0, 10).map(({ seq, body, issues }) => [seq, body, issues]), [
        [1, '{"date":7}', ["date: not a text"]],
        [2, '"x"', ["not an object"]],
      ]);
    },
  },
  {
    name: "readPass() returns what the pages of a pass have counted",
    check(sql) {
      const log = open(sql);
      log.savePassPage({
        pass: 4,
        page: 0,
        url: "u0",
        seqs: [1, 2],
        held: new Map([[7, 1]]),
      });
      log.savePassPage({
        pass: 4,
        page: 1,
        url: "u1",
        seqs: [3],
        held: new Map([[7, 2]]),
      });
      const { taken, urls, held } = log.readPass(4);
      assertEquals([0, 1, 2, 3, 4].filter((seq) => taken.has(seq)), [1, 2, 3]);
      assertEquals([...urls], ["u0", "u1"]);
      assertEquals([...held], [[7, 3]]);
      log.dropPasses([4]);
      assert(log.readPass(4).taken.has(3));
      log.dropPasses([]);
      assert(!log.readPass(4).taken.has(3));
    },
  },
  {
    name: "raiseEpoch() gives the log a new epoch, and keeps it",
    check(sql) {
      const log = open(sql, 1);
      const { epoch } = log.head();
      log.transaction(() => log.raiseEpoch(DAY));
      assertNotEquals(log.head().epoch, epoch);
      assertEquals(open(sql, 2 * DAY).head().epoch, log.head().epoch);
      assert(/^[a-z0-9]{1,32}$/.test(log.head().epoch));
    },
  },
];
