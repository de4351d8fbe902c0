import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import { addToPass, emptyCount } from "../../src/store/pass_table.ts";
import { countsOf } from "../support/event_key.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";

/** Only a few kinds, so that twins are common. */
function eventOf(kind: number): UserEvent {
  return { date: `2026-11-22T10:00:0${kind % 4}Z`, event: "Login failed.", user: `user ${kind}` };
}

function textsOf(kinds: readonly number[]): string[] {
  return kinds.map((kind) => JSON.stringify(eventOf(kind)));
}

function cut(kinds: readonly number[], cuts: readonly number[]): number[][] {
  const places = [0, ...cuts.map((part) => part % (kinds.length + 1)), kinds.length];
  places.sort((a, b) => a - b);
  return places.slice(1).map((place, index) => kinds.slice(places[index], place));
}

/**
 * One pass: what the API shows, where its page boundaries are, and after which pages we restart.
 */
const aPass = fc.record({
  more: fc.array(fc.nat(7), { maxLength: 6 }),
  turn: fc.nat(100),
  cuts: fc.array(fc.nat(30), { maxLength: 5 }),
  restarts: fc.array(fc.boolean(), { maxLength: 6 }),
  stopsAfter: fc.option(fc.nat(3)),
});

Deno.test("record() keeps each event as often as any complete pass showed it, wherever page boundaries are", () => {
  fc.assert(
    fc.property(fc.array(aPass, { minLength: 1, maxLength: 6 }), (passes) => {
      using sql = nodeSql(":memory:");
      let log = openLog(sql, { now: 0, random: () => 0 });
      const shown: number[] = [];
      let id = 0;
      for (const { more, turn, cuts, restarts, stopsAfter } of passes) {
        shown.push(...more);
        // The same events in another order: the API promises none.
        const place = turn % (shown.length + 1);
        const order = [...shown.slice(place), ...shown.slice(0, place)];
        const pages = cut(order, cuts).slice(0, stopsAfter ?? undefined);
        let count = emptyCount();
        id++;
        for (const [page, kinds] of pages.entries()) {
          const events = kinds.map(eventOf);
          const { seqs, held } = log.transaction(() => {
            const result = log.record(events, { now: 1, taken: count.taken });
            const { seqs, held } = result;
            log.savePassPage({ pass: id, page, url: `${page}`, seqs, held });
            return result;
          });
          addToPass(count, { url: `${page}`, seqs, held });
          if (restarts[page]) {
            log = openLog(sql, { now: 0, random: () => 0 });
            count = log.readPass(id);
          }
        }
        if (stopsAfter === null) {
          const kept = log.eventsAfter(0, 1_000).map(({ body }) => JSON.parse(body).user.slice(5));
          assertEquals(countsOf(textsOf(kept.map(Number))), countsOf(textsOf(shown)));
        }
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("record() numbers the occurrences of an identity 1, 2, 3 without gaps, in order of seq", () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.nat(3), { maxLength: 8 }), { maxLength: 6 }), (pages) => {
      using sql = nodeSql(":memory:");
      const log = openLog(sql, { now: 0, random: () => 0 });
      const numbers = new Map<string, number[]>();
      for (const kinds of pages) {
        const { recorded } = log.transaction(() => log.record(kinds.map(eventOf), { now: 1 }));
        for (const { event, occurrence } of recorded) {
          const identity = JSON.stringify(event);
          numbers.set(identity, [...numbers.get(identity) ?? [], occurrence]);
        }
      }
      for (const list of numbers.values()) assertEquals(list, list.map((_, index) => index + 1));
    }),
    { numRuns: 200 },
  );
});
