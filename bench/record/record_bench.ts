import { toAlert } from "../../src/alert/to_alert.ts";
import type { Correlator } from "../../src/sigma/engine.ts";
import { RuleSet } from "../../src/sigma/source_rule_set.ts";
import type { SigmaRule } from "../../src/sigma/sigma_rule.ts";
import type { NewAlert } from "../../src/store/alert_table.ts";
import { hashEvent } from "../../src/store/hash_event.ts";
import { openLog } from "../../src/store/open_log.ts";
import { emptyCount } from "../../src/store/pass_table.ts";
import type { Sql } from "../../src/store/sql.ts";
import { decodePage } from "../../src/thousandeyes/page/decode_page.ts";
import { identityOf } from "../../src/thousandeyes/event/event_identity.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import { correlatePage, PageMatches } from "../../src/watch/collector/correlate.ts";
import { newCollectorState } from "../../src/watch/collector/state.ts";
import { watchOptions } from "../../src/watch/watch_options.ts";
import { pageBytes } from "./pages.ts";

/**
 * How far a page goes: `rows` decodes it and makes its rows, `record` stores them, `pipeline`
 * matches them too, `correlate` also correlates the matches and stores what is found, and `alerts`
 * stores what each match becomes. `reset` empties the log.
 */
export type Step =
  | "reset"
  | "make"
  | "parse"
  | "decode"
  | "rows"
  | "record"
  | "pipeline"
  | "correlate"
  | "alerts";

const OPTIONS = watchOptions();
const PASS = {
  id: 1,
  url: null,
  pages: 0,
  events: 0,
  empty: 0,
  confirms: null,
  round: 0,
  dates: [],
};
const LOG_SOURCE = { product: "thousandeyes", service: "audit" };
const utf8 = new TextDecoder();

/** Takes pages through the steps of the watch, on any storage; the caller measures the time. */
export class RecordBench {
  /** Rows written so far, including index rows where the storage counts them. */
  rows = 0;
  readonly #log: ReturnType<typeof openLog>;
  readonly #rules: RuleSet;
  readonly #correlator: Correlator | undefined;

  constructor(sql: Sql, rules: RuleSet, correlator?: Correlator) {
    const counting: Sql = {
      ...sql,
      run: (statement, ...values) => this.#counted(sql.run(statement, ...values)),
    };
    this.#log = openLog(counting, { now: 1, random: () => 0.5 });
    this.rows = 0;
    this.#rules = rules;
    this.#correlator = correlator;
  }

  /**
   * Returns something that depends on all of the work, so that none of it can be optimised away.
   */
  run(step: Step, from: number, pages: number): number {
    if (step === "reset") return this.#reset();
    let sum = 0;
    for (let page = from; page < from + pages; page++) sum += this.#page(step, pageBytes(page));
    return sum;
  }

  #page(step: Step, bytes: Uint8Array): number {
    if (step === "make") return bytes.length;
    if (step === "parse") return JSON.parse(utf8.decode(bytes)).auditEvents.length;
    const { events } = decodePage(bytes);
    if (step === "decode") return events.length;
    if (step === "rows") return events.reduce((sum, event) => sum + sizeOfRow(event), 0);
    const log = this.#log;
    return log.transaction(() => {
      // As the collector does on the first page of a pass.
      const { recorded } = log.record(events, { now: 2, taken: new Set(), earlier: emptyCount() });
      if (step === "record") return recorded.length;
      const alerts: NewAlert[] = [];
      const together = new PageMatches(this.#correlator);
      let found = 0;
      for (const { event, seq, at, occurrence } of recorded) {
        const seen = toSigmaEvent(event);
        const matches = this.#rules.match(seen, LOG_SOURCE);
        found += matches.length;
        if (step === "correlate" && matches.length > 0) {
          const place = { table: "events", seq, occurrence } as const;
          together.add({ event: seen, at, matches, place });
        }
        if (step !== "alerts") continue;
        const identity = matches.length === 0 ? "" : identityOf(event);
        for (const { rule } of matches) {
          const alert = toAlert(rule, event, { identity, occurrence, at, eventId: `e.${seq}` });
          alerts.push({ alert, eventSeq: seq, at });
        }
      }
      if (step === "correlate") {
        const newest = recorded.at(-1)?.at ?? 0;
        const state = { ...newCollectorState(newest, OPTIONS), backlog: [], fedSince: 0 };
        const pass = { ...PASS, from: newest, to: newest };
        alerts.push(...correlatePage({ log }, together, { state, pass }, newest, OPTIONS).alerts);
      }
      log.addAlerts(alerts, 2);
      return found + alerts.length;
    });
  }

  #reset(): number {
    const { sql } = this.#log;
    return sql.transaction(() => {
      sql.run("DELETE FROM correlation_groups");
      sql.run("DELETE FROM correlations");
      return sql.run("DELETE FROM events") + sql.run("DELETE FROM alerts") +
        sql.run("DELETE FROM meta WHERE name = 'correlated_to'");
    });
  }

  #counted(rows: number): number {
    this.rows += rows;
    return rows;
  }
}

/** The work that a row needs before the storage sees it. */
function sizeOfRow(event: UserEvent): number {
  const at = (event.date === undefined ? undefined : parseDate(event.date)) ?? null;
  return hashEvent(event, at) + JSON.stringify(event).length;
}

/** Compiles rules that were sent as JSON. */
export function rulesOf(rules: readonly SigmaRule[]): RuleSet {
  return new RuleSet(rules);
}
