import { assertEquals } from "@std/assert";
import type { Silence } from "../../src/alert/silence.ts";
import { MAX_SILENCES } from "../../src/store/silence_table.ts";
import { DAY, open, type Promised } from "./promised.ts";

function silence(id: string, until: number): Silence {
  return {
    id,
    rule: "r",
    fields: { user: ["Ana"] },
    until: new Date(until).toISOString(),
    by: "admin",
    reason: "Known",
    createdAt: "1970-01-01T00:00:00.000Z",
  };
}

/** What the log promises about silences. */
export const SILENCE_CONTRACT: readonly Promised[] = [
  {
    name: "silences() lists those that have not ended, with what they have held back",
    check(sql) {
      const log = open(sql);
      log.transaction(() => {
        log.addSilence(silence("b", 3_000), 1);
        log.addSilence(silence("a", 2_000), 2);
        log.countHeldBack("a", 2, 1_000);
        log.countHeldBack("a", 1, 1_500);
      });
      assertEquals(log.silences(1_500).map(({ id, heldBack, lastAt }) => [id, heldBack, lastAt]), [
        ["b", 0, null],
        ["a", 3, "1970-01-01T00:00:01.500Z"],
      ]);
      assertEquals(log.silences(2_000).map(({ id }) => id), ["b"]);
      assertEquals(log.transaction(() => log.removeSilence("b")), {
        ...silence("b", 3_000),
        heldBack: 0,
        lastAt: null,
      });
      assertEquals(log.removeSilence("b"), undefined);
      assertEquals(log.silences(0).map(({ id }) => id), ["a"]);
    },
  },
  {
    name: "addSilence() bounds their number, and those that have ended do not count",
    check(sql) {
      const log = open(sql);
      log.transaction(() => {
        for (let n = 0; n < MAX_SILENCES; n++) log.addSilence(silence(`s${n}`, DAY), 0);
        assertEquals(log.addSilence(silence("more", DAY), 0), false);
        assertEquals(log.addSilence(silence("later", 2 * DAY), DAY), true);
      });
      assertEquals(log.silences(DAY).map(({ id }) => id), ["later"]);
    },
  },
  {
    name: "retain() forgets silences a day after their end, unless the clock cannot be trusted",
    check(sql) {
      const log = open(sql);
      const limits = { now: 3 * DAY, maxAgeMs: 90 * DAY, maxBytes: 2 ** 40, step: 100 };
      log.transaction(() => {
        log.addSilence(silence("old", DAY), 0);
        log.addSilence(silence("recent", 2.5 * DAY), 0);
        log.retain({ ...limits, maxAgeMs: Infinity });
        assertEquals(log.silences(0).length, 2);
        log.retain(limits);
      });
      assertEquals(log.silences(0).map(({ id }) => id), ["recent"]);
    },
  },
];
