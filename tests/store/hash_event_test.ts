import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { hashEvent } from "../../src/store/hash_event.ts";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";

const text = fc.option(fc.constantFrom("", "a", "é", "\ud800", "Login failed."), {
  nil: undefined,
});
const date = fc.constantFrom(
  undefined,
  "2026-11-22T10:00:00Z",
  "2026-11-22 10:00:00",
  "2026-11-22T11:00:00+01:00",
  "2026-11-22T10:00:01Z",
  "yesterday",
  "",
);
const resource = fc.record({ type: text, name: text }, { requiredKeys: [] });
const event = fc.record({
  aid: text,
  date,
  event: text,
  ipAddress: fc.constantFrom("192.0.2.7", "2001:db8::7", "2001:DB8:0::7", undefined),
  uid: fc.constantFrom("7", "", undefined),
  user: text,
  severity: text,
  resources: fc.option(fc.array(resource, { maxLength: 3 }), { nil: undefined }),
}, { requiredKeys: [] }) as fc.Arbitrary<UserEvent>;

function hashOf(given: UserEvent): number {
  return hashEvent(given, (given.date === undefined ? undefined : parseDate(given.date)) ?? null);
}

Deno.test("hashEvent() gives events with the same identity the same hash, in whatever form", () => {
  fc.assert(
    fc.property(fc.array(event, { minLength: 2, maxLength: 30 }), fc.nat(), (events, turn) => {
      const hashes = new Map<string, number>();
      const turned = events.map(({ resources, ...rest }) => {
        const place = turn % ((resources?.length ?? 0) + 1);
        return {
          ...rest,
          resources: [...resources?.slice(place) ?? [], ...resources?.slice(0, place) ?? []],
        };
      });
      for (const each of [...events, ...turned] as UserEvent[]) {
        const identity = identityOf(each);
        const known = hashes.get(identity);
        if (known !== undefined) assertEquals(hashOf(each), known);
        hashes.set(identity, hashOf(each));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("hashEvent() gives nearly all of 100,000 different events within a few minutes different hashes", () => {
  const hashes = new Set<number>();
  for (let n = 0; n < 100_000; n++) {
    hashes.add(hashOf({
      aid: "12",
      date: new Date(1_795_341_600_000 + (n % 977) * 1_000).toISOString(),
      user: `user ${n % 331}`,
      resources: [{ type: "testName", name: `test ${n}` }],
    }));
  }
  assert(hashes.size > 99_990, `${hashes.size} hashes`);
});
