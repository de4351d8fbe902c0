import type { Silence } from "../../src/alert/silence.ts";
import type { SeenAlert } from "./bookkeeper.ts";
import { isOwn } from "./check_folds.ts";
import type { Finished } from "./check.ts";
import { wouldHearOf } from "./owed.ts";

/**
 * A silence holds back the notifications of the alerts that it names, as long as it lasts, and of no
 * others; the alerts are there, and it counts what it has held back.
 */
export function checkSilences(finished: Finished): string[] {
  const { plan, world, storage } = finished;
  const { books } = world;
  const wrong: string[] = [];
  // A clock that is set ends silences early or late, and a copy may lack them.
  const isExact = !plan.kinds.has("clock") && !plan.kinds.has("restore");
  const heldBack = new Map<string, number>();
  for (const alert of books.alerts.rows.values()) {
    const { id, silencedBy, recordedAt } = alert;
    const lasting = [...books.silences.values()].filter((silence) => names(silence, alert));
    const during = lasting.filter(({ createdAt, until }) =>
      recordedAt >= Date.parse(createdAt) && recordedAt < Date.parse(until)
    );
    const by = lasting.find((silence) => silence.id === silencedBy);
    if (silencedBy !== null) {
      if (by === undefined || (isExact && !during.includes(by))) {
        wrong.push(`silenced by ${silencedBy}, which does not name it: ${id}`);
      }
      const meant = world.endpoints.filter((endpoint) => wouldHearOf(endpoint, alert));
      heldBack.set(silencedBy, (heldBack.get(silencedBy) ?? 0) + meant.length);
      if (plan.kinds.has("restore")) continue; // it may have been sent before the silence
      const sent = meant.find((endpoint) => isOwn(alert, endpoint, finished));
      if (sent !== undefined) wrong.push(`${sent.config.name}: sent, although silenced: ${id}`);
    } else if (
      isExact && during.some(({ createdAt }) => recordedAt > Date.parse(createdAt))
    ) wrong.push(`not silenced: ${id} of ${alert.user}`);
  }
  type Row = { id: string; held_back: number };
  for (const { id, held_back } of storage.sql.all<Row>(`SELECT id, held_back FROM silences`)) {
    const expected = heldBack.get(id) ?? 0;
    if (held_back !== expected) {
      wrong.push(`the silence ${id} has held back ${expected} messages, but counts ${held_back}`);
    }
  }
  return wrong;
}

function names({ rule, fields }: Silence, { ruleId, user, group, key }: SeenAlert): boolean {
  if (key === null || (rule !== null && rule !== ruleId)) return false;
  const { user: users } = fields;
  const name = (group?.[0] ?? user).toUpperCase(); // every correlation here groups by user first
  return users === undefined || users.some((one) => one.toUpperCase() === name);
}
