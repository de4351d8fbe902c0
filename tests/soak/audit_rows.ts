import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { SoakEndpoint } from "./soak_endpoints.ts";
import type { Arrivals } from "./soak_receivers.ts";

/** What became of the messages to one endpoint, counted id by id. */
export interface AuditedEndpoint {
  readonly endpoint: string;
  /** How many messages it was owed. */
  readonly rows: number;
  /** How many of them it has accepted, at least once. */
  readonly delivered: number;
  /** How many of them it has accepted again. */
  readonly repeated: number;
  /** How many of them the log still owes it, or keeps as dead letters. */
  readonly kept: number;
  /** How many are neither accepted nor kept. */
  readonly lost: number;
  /** How many attempts its receiver saw while it failed. */
  readonly attempts: number;
  /** How many messages arrived that it was not owed, under another id, or without a valid signature. */
  readonly wrong: number;
}

/** States in which the log still owes a message, or keeps it for an operator. */
const KEPT: ReadonlySet<string> = new Set(["pending", "leased", "waiting", "dead"]);

/** Compares what was owed with what arrived and with what the log says. */
export function auditRows(
  path: string,
  ids: readonly string[],
  endpoints: readonly SoakEndpoint[],
  arrivals: ReadonlyMap<string, Arrivals>,
): AuditedEndpoint[] {
  using sql = nodeSql(path);
  const log = openLog(sql, { now: Date.now(), random: Math.random });
  const owed = new Set(ids);
  return endpoints.map(({ name }) => {
    const { accepted, attempts, unsigned, misnamed } = arrivals.get(name) ??
      { accepted: new Map<string, number>(), attempts: 0, unsigned: 0, misnamed: 0 };
    const kept = new Set(
      log.deliveries({ endpoint: name, limit: ids.length * 2 })
        .filter(({ state }) => KEPT.has(state)).map(({ webhookId }) => webhookId),
    );
    const foreign = [...accepted.keys()].filter((id) => !owed.has(id));
    return {
      endpoint: name,
      rows: ids.length,
      delivered: ids.filter((id) => accepted.has(id)).length,
      repeated: [...accepted.values()].filter((count) => count > 1).length,
      kept: kept.size,
      lost: ids.filter((id) => !accepted.has(id) && !kept.has(id)).length,
      attempts,
      wrong: foreign.length + unsigned + misnamed,
    };
  });
}
