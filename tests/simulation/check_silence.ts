import { alertId } from "../../src/alert/alert_id.ts";
import { historyOf } from "../../src/sigma/engine.ts";
import type { Finished } from "./check.ts";
import { absenceRule } from "./rules.ts";

/**
 * When nothing happens for a time that has been read, there is one alert, and never another: no
 * event in the log that came in time lies within the silence.
 *
 * It is owed after each event behind which the log has a gap of that length, as far as everything up
 * to then counted as complete; unless events came late, since one of them may have ended a silence
 * before it was decided, or a range could not be read, which may hide some.
 */
export function checkSilence({ plan, world }: Finished): string[] {
  const history = historyOf(absenceRule);
  if (history?.kind !== "absence") return [];
  const { books } = world;
  const wrong: string[] = [];
  const span = history.for.seconds * 1_000;
  const matched = [...books.events.rows.values()]
    .filter(({ at, user }) => at !== null && user !== "breaks-rules");
  const inTime = matched.filter(({ isInTime }) => isInTime).map(({ at }) => at!);
  const found = new Map<string, number>();
  for (const { id, ruleId, since } of books.alerts.rows.values()) {
    if (ruleId !== absenceRule.id) continue;
    if (found.has(id) && !plan.forgets) wrong.push(`two alerts about one silence: ${id}`);
    found.set(id, since);
    const broken = inTime.find((at) => at > since && at <= since + span);
    if (broken !== undefined) {
      wrong.push(`not silent since ${iso(since)}: something happened at ${iso(broken)}`);
    }
  }
  // An item that is not a valid event may have ended one as well, if it can be read.
  const hasOdd = [...books.invalid.rows.values()].some(({ body }) => body.includes("many-faults"));
  const hidesSome = plan.kinds.has("lies") || plan.kinds.has("restore") || hasOdd;
  if (inTime.length < matched.length || hidesSome) return wrong;
  const complete = books.completeUntil();
  const times = [...new Set(inTime)].sort((a, b) => a - b);
  for (const [index, at] of times.entries()) {
    const isSilent = (times[index + 1] ?? Infinity) > at + span && at + span <= complete;
    const id = alertId(absenceRule.id!, JSON.stringify([absenceRule.id, at]), 1);
    if (isSilent && !found.has(id)) wrong.push(`nobody noticed the silence since ${iso(at)}`);
  }
  return wrong;
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
