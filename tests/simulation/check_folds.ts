import type { FoldedAlerts } from "../../src/alert/alert.ts";
import type { SeenAlert } from "./bookkeeper.ts";
import type { Finished } from "./check.ts";
import type { EndpointModel } from "./endpoint_model.ts";
import { foldGroupOf, foldingOf, foldMsOf } from "./folding.ts";
import { isMeantFor } from "./owed.ts";

type WindowRow = { scope: string; first: string; folded: number };

/**
 * Repeats are only counted, and the counts add up: whatever an endpoint was to receive came as a
 * message of its own or is in exactly one count. No group makes two messages within its time.
 */
export function checkFolds(finished: Finished): string[] {
  const { world, storage } = finished;
  const open = storage.sql.all<WindowRow>(`SELECT scope, first, folded FROM fold_windows`);
  return [
    ...world.endpoints.flatMap((endpoint) => [
      ...checkSums(endpoint, open, finished),
      ...checkWindows(
        endpoint.config.name,
        [...world.books.alerts.rows.values()].filter((alert) => isMeantFor(alert, endpoint)),
        (alert) => isOwn(alert, endpoint, finished),
        (alert) => Math.max(foldMsOf(alert, finished.plan), digestOf(alert, endpoint)),
        finished,
      ),
    ]),
    ...checkWindows(
      "the marks",
      [...world.books.alerts.rows.values()]
        .filter(({ backfilled, silencedBy }) => !backfilled && silencedBy === null),
      ({ foldedInto }) => foldedInto === null,
      (alert) => foldMsOf(alert, finished.plan),
      finished,
    ),
  ];
}

/** Nothing folds operational alerts. */
function digestOf({ key }: SeenAlert, { config }: EndpointModel): number {
  return key === null ? 0 : config.digestMs;
}

/** Whether an alert has a message of its own to an endpoint. */
export function isOwn(
  { id }: SeenAlert,
  { config, received }: EndpointModel,
  { world: { books }, plan, storage }: Finished,
): boolean {
  const isQueued = storage.sql.all(
    `SELECT 1 AS x FROM outbox WHERE endpoint = ? AND webhook_id = ?`,
    config.name,
    id,
  ).length > 0;
  // Retention may have removed it before anybody looked; a copy may lack what was sent.
  const isRemoved = plan.forgets && !plan.kinds.has("restore") && received.has(id);
  return isQueued || books.ends.has(`${config.name} ${id}`) || isRemoved;
}

function checkSums(
  endpoint: EndpointModel,
  open: readonly WindowRow[],
  finished: Finished,
): string[] {
  const { books } = finished.world;
  const { name } = endpoint.config;
  const sums = new Map<string, { folded: number; told: number }>();
  const sumOf = (group: string) => {
    let sum = sums.get(group);
    if (sum === undefined) sums.set(group, sum = { folded: 0, told: 0 });
    return sum;
  };
  const byId = new Map([...books.alerts.rows.values()].map((alert) => [alert.id, alert]));
  for (const alert of byId.values()) {
    if (isMeantFor(alert, endpoint) && !isOwn(alert, endpoint, finished)) {
      sumOf(foldGroupOf(alert)).folded++;
    }
  }
  for (const { endpoint: to, data } of books.folded.values()) {
    if (to === name) sumOf(groupTold(data)).told += data.count;
  }
  for (const { scope, first, folded } of open) {
    const alert = byId.get(first);
    if (scope === name && alert !== undefined) sumOf(foldGroupOf(alert)).told += folded;
  }
  const isAgain = new Set(
    byId.values().filter(({ id }) => books.isAgain(id)).map((alert) => foldGroupOf(alert)),
  );
  return [...sums].flatMap(([group, { folded, told }]) =>
    folded === told || isAgain.has(group)
      ? []
      : [`${name}: ${folded} alerts folded, but ${told} counted: ${group}`]
  );
}

function groupTold({ rule, group }: FoldedAlerts): string {
  return `${rule.id} of ${group.map(({ value }) => value).join(" and ")}`;
}

/** Each message opens a window of its group, which holds back what follows, and nothing else. */
function checkWindows(
  where: string,
  alerts: readonly SeenAlert[],
  isOwn: (alert: SeenAlert) => boolean,
  msOf: (alert: SeenAlert) => number,
  { plan }: Finished,
): string[] {
  // A clock that is set shortens windows, and so does their maximum.
  const isExact = !plan.kinds.has("clock") && foldingOf(plan.seed).maxWindows > 1_000;
  const opened = new Map<string, number>();
  const wrong: string[] = [];
  for (const alert of alerts) {
    const group = `${foldGroupOf(alert)} ${alert.backfilled}`;
    const openedAt = opened.get(group);
    const ms = msOf(alert);
    const isRepeat = ms > 0 && openedAt !== undefined && alert.recordedAt < openedAt + ms;
    if (isOwn(alert)) {
      if (isRepeat && isExact) wrong.push(`${where}: a repeat is not folded: ${alert.id}`);
      opened.set(group, alert.recordedAt);
    } else if (ms === 0 || openedAt === undefined || (isExact && !isRepeat)) {
      wrong.push(`${where}: folded without a window: ${alert.id} (${group})`);
    }
  }
  return wrong;
}
