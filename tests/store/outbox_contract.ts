import { assert, assertEquals } from "@std/assert";
import { addAlert, alertOf, DAY, event, open, type Promised, record } from "./promised.ts";

/** What the log promises about alerts and their messages. */
export const OUTBOX_CONTRACT: readonly Promised[] = [
  {
    name: "addAlerts() stores the alert about any event that record() accepts",
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
      const caused = { id: null, occurrence: 1, event: large };
      const plain = { ...alertOf("a"), events: [caused] };
      log.transaction(() => {
        log.addAlerts([
          { alert: plain, eventSeq: 1, at: null },
          { alert: { ...plain, id: "b", matched }, eventSeq: 1, at: null },
          { alert: { ...plain, id: "c", events: [caused, caused] }, eventSeq: 1, at: null },
        ], 1);
      });
      assertEquals(JSON.parse(log.alert("a")!.body), plain);
      assertEquals(JSON.parse(log.alert("b")!.body), { ...plain, id: "b", matched: [] });
      assertEquals(JSON.parse(log.alert("c")!.body), { ...plain, id: "c", events: [caused] });
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
      assertEquals(log.nextDueAt("siem"), 5);
      assertEquals(log.counts().messages, { pending: 3 });
    },
  },
  {
    name: "saveMessage() overwrites only what was read",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"], 5);
      const [message] = log.dueMessages("siem", 5, 10);
      const leased = {
        ...message!,
        state: "leased",
        attempt: 1,
        round: 1,
        dueAt: 60,
        token: "t",
      } as const;
      assert(log.saveMessage(message!, leased, 6));
      assert(!log.saveMessage(message!, leased, 7), "another writer was faster");
      assertEquals(log.dueMessages("siem", 59, 10), []);
      assertEquals(log.dueMessages("siem", 60, 10).map(({ token }) => token), ["t"]);
      const done = {
        ...message!,
        state: "delivered",
        attempt: 1,
        round: 1,
        dueAt: null,
        token: null,
      } as const;
      assert(log.saveMessage(leased, done, 8));
      assertEquals([log.nextDueAt("siem"), log.endpointsWithDue()], [undefined, []]);
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
    name: "followClock() brings forward only what was postponed by a clock that was ahead",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem"], DAY);
      const [first] = log.dueMessages("siem", DAY, 1);
      const waiting = { ...first!, state: "waiting", attempt: 1, round: 1, token: null } as const;
      log.saveMessage(first!, { ...waiting, dueAt: DAY + 9_000 }, DAY);
      log.followClock(DAY - 30_000); // which may be a slow one
      assertEquals(log.nextDueAt("siem"), DAY + 9_000);
      const ahead = 10 * DAY; // from here on, unnoticed until it is right again
      const [second] = log.deliveries({ limit: 1 });
      log.saveMessage(second!, { ...waiting, dueAt: ahead + 9_000 }, ahead);
      log.followClock(DAY);
      assertEquals(log.nextDueAt("siem"), DAY + 9_000);
      log.followClock(DAY);
      assertEquals(log.nextDueAt("siem"), DAY + 9_000);
    },
  },
];
