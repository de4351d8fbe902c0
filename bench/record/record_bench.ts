import { toAlert } from "../../src/alert/to_alert.ts";
import { RuleSet } from "../../src/sigma/rule_set.ts";
import type { SigmaRule } from "../../src/sigma/sigma_rule.ts";
import { openLog } from "../../src/store/open_log.ts";
import type { Sql } from "../../src/store/sql.ts";
import { decodePage } from "../../src/thousandeyes/decode_page.ts";
import { identityOf } from "../../src/thousandeyes/event_identity.ts";
import { toSigmaEvent } from "../../src/thousandeyes/user_event_fields.ts";
import { pageBytes } from "./pages.ts";

/** How far a page goes: `pipeline` records and matches, `alerts` also stores what the matches become. */
export type Step = "make" | "parse" | "decode" | "record" | "pipeline" | "alerts";

const LOG_SOURCE = { product: "thousandeyes", service: "audit" };
const utf8 = new TextDecoder();

/** Takes pages through the steps of the watch, on any storage; the caller measures the time. */
export class RecordBench {
  /** Rows written since it was made, index rows included where the storage counts them. */
  rows = 0;
  readonly #log: ReturnType<typeof openLog>;
  readonly #rules: RuleSet;

  constructor(sql: Sql, rules: RuleSet) {
    const { insert } = sql;
    const counting: Sql = {
      ...sql,
      run: (statement, ...values) => this.#counted(sql.run(statement, ...values)),
      ...(insert && { insert: (into, rows) => this.#counted(insert(into, rows)) }),
    };
    this.#log = openLog(counting, { now: 1, random: () => 0.5 });
    this.rows = 0;
    this.#rules = rules;
  }

  /** Returns something that depends on all of the work, so that none of it can be left out. */
  run(step: Step, from: number, pages: number): number {
    let sum = 0;
    for (let page = from; page < from + pages; page++) sum += this.#page(step, pageBytes(page));
    return sum;
  }

  #page(step: Step, bytes: Uint8Array): number {
    if (step === "make") return bytes.length;
    if (step === "parse") return JSON.parse(utf8.decode(bytes)).auditEvents.length;
    const { events } = decodePage(bytes);
    if (step === "decode") return events.length;
    const log = this.#log;
    return log.transaction(() => {
      // As the collector does on the first page of a pass.
      const { recorded } = log.record(events, { now: 2, taken: new Set(), confirmed: new Map() });
      if (step === "record") return recorded.length;
      const matched = recorded.map((one) => ({
        ...one,
        matches: this.#rules.match(toSigmaEvent(one.event), LOG_SOURCE),
      }));
      if (step === "alerts") {
        const alerts = matched.flatMap(({ matches, event, seq, at, occurrence }) =>
          matches.map(({ rule }) => ({
            alert: toAlert(rule, event, { identity: identityOf(event), occurrence }),
            eventSeq: seq,
            at,
          }))
        );
        log.addAlerts(alerts, 2);
      }
      return matched.reduce((sum, { matches }) => sum + matches.length, 0);
    });
  }

  #counted(rows: number): number {
    this.rows += rows;
    return rows;
  }
}

/** Compiles rules that have come as JSON. */
export function rulesOf(rules: readonly SigmaRule[]): RuleSet {
  return new RuleSet(rules);
}
