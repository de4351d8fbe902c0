import { assertEquals } from "@std/assert";
import { MAX_CHANGES } from "../../src/store/change_table.ts";
import { open, type Promised } from "./promised.ts";

/** What the log promises about endpoints that operators store, and about what they change. */
export const OPERATOR_CONTRACT: readonly Promised[] = [
  {
    name: "storedEndpoints() lists endpoints by name, each as it was last stored",
    check(sql) {
      const log = open(sql);
      const config = { url: "https://example.com/", where: { "event|contains": ["a"] } };
      log.transaction(() => {
        log.saveEndpoint({ name: "siem", config: {}, at: 1, by: "ana" });
        log.saveEndpoint({ name: "pager", config: {}, at: 2, by: "ana" });
        log.saveEndpoint({ name: "siem", config, at: 3, by: "bob" });
        log.saveEndpoint({ name: "gone", config: {}, at: 4, by: "bob" });
        log.removeEndpoint("gone");
      });
      assertEquals(log.storedEndpoints(), [
        { name: "pager", config: {}, at: 2, by: "ana" },
        { name: "siem", config, at: 3, by: "bob" },
      ]);
    },
  },
  {
    name: "changes() lists changes newest first, page by page, and keeps the latest",
    check(sql) {
      const log = open(sql);
      const change = { by: "ana", what: "silence.added", about: "x", details: ["Known"] } as const;
      log.transaction(() => {
        for (let at = 1; at <= 3; at++) log.addChange({ ...change, at });
      });
      assertEquals(log.changes(Number.MAX_SAFE_INTEGER, 2), [
        { ...change, seq: 3, at: 3 },
        { ...change, seq: 2, at: 2 },
      ]);
      assertEquals(log.changes(2, 2), [{ ...change, seq: 1, at: 1 }]);
      sql.run(`UPDATE changes SET seq = ? WHERE seq = 3`, MAX_CHANGES);
      log.transaction(() => log.addChange({ ...change, at: 4 }));
      const kept = log.changes(Number.MAX_SAFE_INTEGER, 9).map(({ seq }) => seq);
      assertEquals(kept, [MAX_CHANGES + 1, MAX_CHANGES, 2]);
    },
  },
  {
    name: "deliveries() and countDeliveries() are limited to a range of time and a state",
    check(sql) {
      const log = open(sql);
      log.transaction(() => {
        for (let at = 1; at <= 5; at++) {
          log.queue(
            [{ webhookId: `a${at}`, endpoint: at === 4 ? "pager" : "siem", level: "high" }],
            at,
          );
        }
      });
      const query = { endpoint: "siem", state: "pending", from: 2, to: 5 } as const;
      assertEquals(log.deliveries({ ...query, limit: 9 }).map(({ webhookId }) => webhookId), [
        "a3",
        "a2",
      ]);
      assertEquals(log.deliveries({ ...query, limit: 1 }).length, 1);
      assertEquals(log.countDeliveries(query), 2);
      assertEquals(log.countDeliveries({ ...query, before: 3 }), 1);
      assertEquals(log.countDeliveries({ ...query, state: "dead" }), 0);
    },
  },
  {
    name: "queue() makes a message due when it says",
    check(sql) {
      const log = open(sql);
      log.transaction(() =>
        log.queue([
          { webhookId: "a", endpoint: "siem", level: "high", dueAt: 9 },
          { webhookId: "b", endpoint: "siem", level: "low" },
        ], 1)
      );
      assertEquals(log.deliveries({ limit: 9 }).map(({ dueAt, createdAt }) => [dueAt, createdAt]), [
        [1, 1],
        [9, 1],
      ]);
      assertEquals(log.dueTimes().get("siem"), 1);
    },
  },
];
