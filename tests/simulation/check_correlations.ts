import { alertId } from "../../src/alert/alert_id.ts";
import { historyOf } from "../../src/sigma/engine.ts";
import { naiveCorrelate, type NaiveEvent } from "../support/naive_correlate.ts";
import { REMOVED, type SeenEvent } from "./bookkeeper.ts";
import type { Finished } from "./check.ts";
import { correlations, newValueRule } from "./rules.ts";

/** Users with longer names are cut in groups. */
const MAX_NAME = 200;

/** The base rules, by what somebody did. */
const BASES: Readonly<Record<string, string>> = {
  "Login failed.": "failed",
  "Login succeeded.": "succeeded",
  "API token created.": "token",
};

/** The naive evaluation names its results by the name; those of the engine have the id. */
const named = correlations.map((each) => ({ ...each, name: each.id! }));

/** What must have been found about one user, and what may have been. */
interface Bounds {
  readonly owed: Set<string>;
  readonly allowed: Set<string>;
}

/**
 * What happens together is found: for each user, exactly what a naive evaluation finds in all of
 * their events in the log, if each came before its time counted as complete.
 *
 * An event that came later may have been left out. Then what more events can only make truer is owed
 * as far as the other events show it; of the rest, only what could have been is allowed. What waits
 * is owed once its time has been complete. A copy of the log is restored with the state in it, so
 * nothing changes: what has entered the log since the copy enters it again.
 */
export function checkCorrelations({ plan, world }: Finished): string[] {
  const { books } = world;
  const wrong: string[] = [];
  const complete = books.completeUntil();
  const byUser = Map.groupBy(
    [...books.events.rows.values()].filter(({ user, at, key }) =>
      at !== null && typeof user === "string" && user.length <= MAX_NAME && isMatched(key, user)
    ),
    ({ user }) => user,
  );
  const raised = new Map<string, Set<string>>();
  for (const { id, ruleId, group, key } of books.alerts.rows.values()) {
    const [user] = group ?? [];
    if (user === undefined || user.length > MAX_NAME) continue;
    const ids = raised.get(user) ?? new Set();
    raised.set(user, ids);
    // Retention may have removed an alert, and more of its events come late.
    if (ids.has(id) && !plan.forgets) wrong.push(`two alerts with the id ${id}: ${ruleId}`);
    if (key === REMOVED && !plan.forgets) wrong.push(`an alert of ${ruleId} shows no event: ${id}`);
    ids.add(id);
    if (!byUser.has(user)) wrong.push(`not expected, raised for '${user}': ${ruleId}`);
  }
  for (const [user, events] of byUser) {
    const found = raised.get(user) ?? new Set();
    const { owed, allowed } = boundsOf(user, events, complete);
    for (const id of owed) {
      if (!found.has(id)) wrong.push(`expected of the events of '${user}': ${id}`);
    }
    for (const id of found) {
      if (!allowed.has(id)) wrong.push(`not expected of the events of '${user}': ${id}`);
    }
  }
  return wrong;
}

/** Rules fail on one event, and see another one whole that is recorded shortened. */
function isMatched(key: string, user: string): boolean {
  return user !== "breaks-rules" && !key.startsWith("shortened");
}

function boundsOf(user: string, events: readonly SeenEvent[], complete: number): Bounds {
  const isExact = events.every(({ isInTime }) => isInTime);
  const bounds = { owed: new Set<string>(), allowed: new Set<string>() };
  const all = naiveCorrelate(named, events.map(naiveOf));
  const sure = isExact
    ? all
    : naiveCorrelate(named, events.filter(({ isInTime }) => isInTime).map(naiveOf));
  for (const { id: rule, timespan, condition } of correlations) {
    const span = timespan.seconds * 1_000;
    const waits = condition.kind === "expression";
    const idOf = (result: string) => alertId(rule!, result, 1);
    for (const result of all.get(rule!)!) bounds.allowed.add(idOf(result));
    for (const result of sure.get(rule!)!) {
      const slot: number = JSON.parse(result).at(-1);
      const isDecided = !waits || (isExact && slot + 2 * span <= complete);
      if (isDecided) bounds.owed.add(idOf(result));
    }
    if (!waits || isExact) continue;
    for (const { at } of events) {
      const slot = Math.floor(at! / span) * span;
      bounds.allowed.add(idOf(JSON.stringify([rule, user, slot])));
    }
  }
  addNewValues(user, events, complete, isExact, bounds);
  return bounds;
}

/** What a user had not done before, once they had been watched for some time. */
function addNewValues(
  user: string,
  events: readonly SeenEvent[],
  complete: number,
  isExact: boolean,
  { owed, allowed }: Bounds,
): void {
  const history = historyOf(newValueRule);
  if (history?.kind !== "new_value") return;
  const learned = Math.min(...events.map(({ at }) => at!)) + history.learn.seconds * 1_000;
  for (const [did, those] of Map.groupBy(events, ({ did }) => did)) {
    const id = alertId(newValueRule.id!, JSON.stringify([newValueRule.id, user, did]), 1);
    const isNew = learned <= complete && those.every(({ at }) => at! > learned);
    if (isNew || !isExact) allowed.add(id);
    if (isNew && isExact) owed.add(id);
  }
}

function naiveOf({ key, at, user, did }: SeenEvent, index: number): NaiveEvent {
  const rule = BASES[did];
  return {
    id: `${index} ${key}`,
    time: at!,
    fields: { user },
    rules: rule === undefined ? [] : [rule],
  };
}
