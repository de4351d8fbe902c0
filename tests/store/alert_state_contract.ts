import { assertEquals } from "@std/assert";
import type { AlertChange, AlertState } from "../../src/alert/alert_state.ts";
import { addAlert, DAY, open, type Promised } from "./promised.ts";

function change(state: AlertState, note: string | null = null): AlertChange {
  return { state, by: "ana", at: "2026-11-22T10:00:00.000Z", note };
}

/** What the log promises about the states of alerts. */
export const ALERT_STATE_CONTRACT: readonly Promised[] = [
  {
    name: "changeAlert() puts an alert into a state, and alertsAfter() finds it there",
    check(sql) {
      const log = open(sql);
      for (const id of ["a", "b", "c", "d"]) addAlert(log, id, []);
      assertEquals(log.alertChanges("b"), []);
      assertEquals(log.transaction(() => log.changeAlert("b", change("closed"))), [
        change("closed"),
      ]);
      log.transaction(() => log.changeAlert("d", change("closed")));
      const idsOf = (state: AlertState, after = 0, limit = 10) =>
        log.alertsAfter(after, limit, undefined, state).map(({ id }) => id);
      assertEquals([idsOf("open"), idsOf("closed"), idsOf("acknowledged")], [
        ["a", "c"],
        ["b", "d"],
        [],
      ]);
      assertEquals([idsOf("closed", 2), idsOf("closed", 0, 1)], [["d"], ["b"]]);
      assertEquals(log.alertsAfter(0, 2).map(({ state }) => state), ["open", "closed"]);
      assertEquals([log.alertChanges("x"), log.changeAlert("x", change("open"))], [
        undefined,
        undefined,
      ]);
    },
  },
  {
    name: "retain() removes what people have said about an alert with the alert",
    check(sql) {
      const log = open(sql);
      addAlert(log, "a", []);
      log.transaction(() => log.changeAlert("a", change("closed", "Done")));
      const limits = { now: 30 * DAY, maxAgeMs: DAY, maxBytes: 2 ** 40, step: 100 };
      log.transaction(() => log.retain(limits));
      assertEquals(log.alertChanges("a"), undefined);
      assertEquals(sql.all("SELECT * FROM alert_changes"), []);
    },
  },
];
