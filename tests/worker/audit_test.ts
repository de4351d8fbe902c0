import { assert, assertEquals } from "@std/assert";
import type { NewEvent } from "../../src/emulator/api_event.ts";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { ordinaryActivity } from "../../src/emulator/activity.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { matchRules } from "../../src/alert/match_rules.ts";
import type { RuleBundle } from "../../src/alert/rule_bundle.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TOTAL = 5_000;

interface Status {
  counts: { passes: number; recorded: number; pages: number; twins: number };
  covered: { gaps: unknown[] };
  readings: unknown[];
}

Deno.test("the Worker records exactly what the API published: 5,000 events, twins and late ones, evicted three times", async () => {
  await using worker = await WorkerFixture.start({
    vars: { OVERLAP_MINUTES: "240", BACKFILL: "10d", POLL_INTERVAL_SECONDS: "2" },
    entry: TEST_ENTRY,
  });
  const { api } = worker;
  const organisation = makeOrganisation(seededRandom(1)); // the same as the emulator's
  const random = seededRandom(20_261_123);
  const between = (from: number, to: number) => from + Math.floor(random() * (to - from));
  const start = Date.now();
  let published = 0;
  const publish = async (events: NewEvent[]) => {
    await api.publish(...events);
    published += events.length;
  };
  const happening = (date: number): NewEvent => ({
    ...ordinaryActivity(organisation, random),
    date,
  });
  const some = (count: number, from: number, to: number) =>
    Array.from({ length: count }, () => happening(between(from, to)));
  const status = async () => await worker.json("/v1/status") as unknown as Status;
  /** Waits until that many more pages have been read, so that what follows interrupts the work. */
  const pagesRead = async (pages: number) => {
    const { counts } = await status();
    await eventually(status, (now) => now.counts.pages >= counts.pages + pages);
  };

  // Ten days of history, with twins, and with seconds that have more events than fit on a page.
  await publish(
    some(2_200, start - 240 * HOUR, start - MINUTE).flatMap((event) =>
      random() < 0.05 ? [event, event] : [event]
    ),
  );
  const crowded = start - 30 * MINUTE;
  await publish(Array.from({ length: 150 }, () => happening(crowded)));
  await publish(Array(120).fill(happening(crowded + MINUTE))); // twins on two pages
  await worker.cron();
  await pagesRead(3);
  const started = Date.now();
  await worker.kill();
  await worker.cron();
  await pagesRead(3);
  await worker.evict();

  // New events, events that are published late, and another twin of events recorded long ago.
  const before: NewEvent[] = [];
  for (let round = 0; round < 12; round++) {
    const now = some(120, Date.now() - 20 * SECOND, Date.now());
    before.push(now[0]!);
    await publish([...now, now[1]!, now[1]!, now[2]!]);
    await publish(some(30, Date.now() - 3 * HOUR, Date.now() - 10 * MINUTE));
    await publish([before[between(0, before.length)]!]);
    await pagesRead(2);
    if (round % 4 === 1) await worker.kill();
    if (round === 4 || round === 8) await worker.evict();
    await worker.cron(); // as the platform would within a minute
  }
  await publish(some(TOTAL - published, Date.now() - HOUR, Date.now()));

  // Until everything has been read, and then twice more, so that any duplicate would have appeared.
  await eventually(status, ({ counts }) => counts.recorded >= TOTAL);
  const { counts: { passes } } = await status();
  await eventually(
    status,
    ({ counts, covered }) => counts.passes >= passes + 3 && covered.gaps.length === 0,
  );

  const truth = await api.events();
  assertEquals(truth.length, TOTAL);

  // The audit: every id of the emulator has one entry in the log, and no entry is left over.
  const log = await worker.log();
  const entries = new Map<string, string[]>();
  for (const { id, event } of log) {
    const key = canonical(event);
    entries.set(key, [...entries.get(key) ?? [], id]);
  }
  const missing: number[] = [];
  for (const { id, event } of truth) {
    if (entries.get(canonical(event))?.pop() === undefined) missing.push(id);
  }
  const surplus = [...entries.values()].flat();
  assertEquals({ missing, surplus, log: log.length }, { missing: [], surplus: [], log: TOTAL });
  assertEquals(new Set(log.map(({ id }) => id)).size, TOTAL);

  // The run was as intended: many pages, with twins and late events.
  const { counts } = await status();
  assert(counts.pages > 50, `${counts.pages} pages`);
  assert(counts.twins > 100, `${counts.twins} twins`);
  const late = truth.filter(({ publishedAt, event }) =>
    publishedAt > started && publishedAt - Date.parse(String(event.date)) > 10 * MINUTE
  );
  assert(late.length > 300, `${late.length} late`);

  // Matched once: each rule has as many alerts as events that it matches.
  const { match } = matchRules(bundle as unknown as RuleBundle, () => {});
  const expected = new Map<string, number>();
  for (const { event } of truth) {
    for (const { rule, isSilent } of match(toSigmaEvent(event as UserEvent))) {
      if (isSilent) continue; // only correlations are about it
      expected.set(rule.id!, (expected.get(rule.id!) ?? 0) + 1);
    }
  }
  const alerts = new Map<string, number>();
  const ids = new Set<string>();
  for (const { alert } of await worker.alerts()) {
    if (alert.group !== undefined) continue; // of a correlation
    ids.add(alert.id);
    alerts.set(alert.rule.id, (alerts.get(alert.rule.id) ?? 0) + 1);
  }
  assertEquals([...alerts].sort(), [...expected].sort());
  assertEquals(ids.size, [...alerts.values()].reduce((sum, count) => sum + count, 0));
});

/** An event as a string that does not depend on the order of its members. */
function canonical(event: Record<string, unknown>): string {
  return JSON.stringify(Object.entries(event).sort(([a], [b]) => a < b ? -1 : 1));
}
