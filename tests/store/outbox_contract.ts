import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { newEndpointState } from "../../src/delivery/next_endpoint_state.ts";
import type { Log } from "../../src/store/log.ts";
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
    name:
      "alertCounts() counts each alert once by rule and level, and keeps the counts of those that retention removes",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", [], 1);
      addAlert(log, "a", [], 2);
      addAlert(log, "b", [], 3);
      log.transaction(() =>
        log.addAlerts([{ alert: alertOf("c", "low"), eventSeq: null, at: null }], 4)
      );
      log.transaction(() =>
        log.retain({ now: 9 * DAY, maxAgeMs: DAY, maxBytes: Infinity, step: 100 })
      );
      assertEquals([log.counts().alerts, log.alertCounts()], [0, [
        { rule: "rule", level: "high", alerts: 2, lastAt: 3 },
        { rule: "rule", level: "low", alerts: 1, lastAt: 4 },
      ]]);
    },
  },
  {
    name: "alertCounts() counts rules beyond a thousand, or with long names, together",
    check(sql) {
      const log = open(sql);
      const alertsOf = (times: number) =>
        Array.from({ length: 1_001 }, (_, n) => {
          const alert = alertOf(`${times} ${n}`);
          const id = n === 0 ? "long".repeat(100) : `rule ${n}`;
          return { alert: { ...alert, rule: { ...alert.rule, id } }, eventSeq: null, at: null };
        });
      log.transaction(() => log.addAlerts(alertsOf(1), 1));
      log.transaction(() => log.addAlerts(alertsOf(2), 2));
      const [other, ...rest] = log.alertCounts();
      assertEquals(other, { rule: "other", level: "high", alerts: 4, lastAt: 2 });
      assertEquals([rest.length, new Set(rest.map(({ alerts }) => alerts))], [999, new Set([2])]);
    },
  },
  {
    name: "queue() queues a message once for each endpoint",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", ["siem", "chat"], 5);
      addAlert(log, "a", ["siem", "chat", "pager"], 6);
      assertEquals([...log.dueTimes().keys()], ["chat", "pager", "siem"]);
      assertEquals(log.dueTimes().get("siem"), 5);
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
      assertEquals([log.dueTimes().get("siem"), [...log.dueTimes().keys()]], [undefined, []]);
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
      assertEquals(log.dueTimes().get("siem"), DAY + 9_000);
      const ahead = 10 * DAY; // from here on, unnoticed until it is right again
      const [second] = log.deliveries({ limit: 1 });
      log.saveMessage(second!, { ...waiting, dueAt: ahead + 9_000 }, ahead);
      log.followClock(DAY);
      assertEquals(log.dueTimes().get("siem"), DAY + 9_000);
      log.followClock(DAY);
      assertEquals(log.dueTimes().get("siem"), DAY + 9_000);
    },
  },
  {
    name: "dueTimes() and endpointStates() know each change, and none that was rolled back",
    check(sql) {
      const log = open(sql);
      const state = (name: string, failures: number) => ({
        ...newEndpointState(name, "1f"),
        failures,
        holdUntil: DAY,
      });
      const folds = { maxWindows: 9 };
      const repeat = (id: string) => ({
        scope: "pager",
        group: "g",
        forMs: DAY,
        id,
        about: { level: "low" as const, rule: { id: "r", title: "Rule" }, group: [] },
      });
      const first = (endpoint: string) => log.dueMessages(endpoint, 10 * DAY, 1, "age")[0]!;
      const changes: Record<string, () => unknown> = {
        "queue()": () => addAlert(log, "a", ["siem", "chat"], 2 * DAY),
        "queue() of what is due before": () =>
          log.queue([{ webhookId: "b", endpoint: "siem", level: "low", dueAt: 5 }], 2 * DAY),
        "saveMessage()": () => log.saveMessage(first("siem"), { ...first("siem"), dueAt: 9 }, 5),
        "saveMessage() of one that has ended": () =>
          log.saveMessage(
            first("chat"),
            { ...first("chat"), state: "delivered", dueAt: null },
            5,
          ),
        "saveMessage() of one that waits": () =>
          log.saveMessage(first("siem"), { ...first("siem"), state: "waiting", dueAt: 3 * DAY }, 5),
        "releaseMessages()": () => log.releaseMessages("siem", 7),
        "saveEndpointState()": () => log.saveEndpointState(state("siem", 1)),
        "saveEndpointState() again": () => log.saveEndpointState(state("siem", 2)),
        "followClock()": () => log.followClock(DAY / 2),
        "removeEndpointState()": () => log.removeEndpointState("siem"),
        "giveUpMessages()": () => log.giveUpMessages("siem", 10 * DAY, 7),
        "foldAlerts()": () => log.foldAlerts(["c", "d"].map(repeat), 0, folds),
        "foldAlerts() after the window": () => log.foldAlerts(["e", "f"].map(repeat), DAY, folds),
        "closeFolds()": () => log.closeFolds(3 * DAY),
      };
      const idle = new Set(["foldAlerts()", "closeFolds()"]); // the next message is the same
      for (const [what, change] of Object.entries(changes)) {
        const before = knowledgeOf(log);
        assertThrows(() =>
          log.transaction(() => {
            change();
            knowledgeOf(log); // which must not outlive the transaction
            throw new Error("It is rolled back");
          })
        );
        assertEquals(knowledgeOf(log), before, `${what}, rolled back`);
        log.transaction(change);
        if (!idle.has(what)) assertNotEquals(knowledgeOf(log), before, what);
        assertEquals(knowledgeOf(log), knowledgeOf(open(sql)), what);
      }
      assertEquals(log.dueTimes(), new Map([["pager", DAY]]));
      assertEquals(log.countDeliveries({ endpoint: "pager" }), 2);
    },
  },
];

/** What a log knows of the endpoints, as far as it keeps it in memory. */
function knowledgeOf(log: Log) {
  return {
    due: Object.fromEntries(log.dueTimes()),
    states: Object.fromEntries(log.endpointStates()),
  };
}
