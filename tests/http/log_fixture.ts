import type { Alert } from "../../src/alert/alert.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import { sealBundle } from "../../src/alert/rule_bundle.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { type ApiToken, withHolder } from "../../src/http/access/api_tokens.ts";
import { type DispatchPorts, OutboxDispatcher } from "../../src/delivery/dispatch_outbox.ts";
import { createLogApp } from "../../src/http/log_app.ts";
import type { RequestFacts } from "../../src/http/request_record.ts";
import type { LogAccess } from "../../src/http/log_access.ts";
import { LogFeed } from "../../src/http/feed/log_feed.ts";
import { FailureTotals } from "../../src/http/access/failed_authentications.ts";
import { RequestShare } from "../../src/http/access/request_share.ts";
import { tokenUse } from "../../src/http/access/token_use.ts";
import { type Holder, StreamLimit } from "../../src/http/access/stream_limit.ts";
import type { Log } from "../../src/store/log.ts";
import { openLog } from "../../src/store/open_log.ts";
import { type Config, readConfig } from "../../src/service/config.ts";
import { EndpointsInForce } from "../../src/service/endpoints_in_force.ts";
import { logBackups } from "../../src/service/log_backups.ts";
import { type OperatorActions, operatorActions } from "../../src/service/operator_actions.ts";
import { RulesInForce } from "../../src/service/rules_in_force.ts";
import { LogBacktests } from "../../src/watch/log_backtests.ts";
import { newCollectorState } from "../../src/watch/collector/state.ts";
import { watchOptions } from "../../src/watch/watch_options.ts";
import { recordPush } from "../../src/watch/push/record_push.ts";
import { watchStatus } from "../../src/watch/watch_status.ts";
import { withCheckedAnswers } from "../support/checked_answers.ts";
import { ManualClock, settled } from "../support/manual_clock.ts";

const OPTIONS = watchOptions({});
const NOW = Date.parse("2026-11-23T10:00:00Z");

/** A real log in memory, with the routes over it. */
export class LogFixture implements Disposable {
  #sql = nodeSql(":memory:");
  /** The name of the source. */
  readonly source: string;
  log: Log = openLog(this.#sql, { now: NOW, random: () => 0.5 });
  clock: ManualClock = new ManualClock();
  streams: StreamLimit = new StreamLimit(10, this.clock);
  reports: unknown[] = [];
  /** At which size events are removed. */
  maxBytes = 4_500_000_000;
  /** The requests whose answers have ended. */
  requests: RequestFacts[] = [];
  durable: () => Promise<unknown> = () => Promise.resolve();
  shares: RequestShare = new RequestShare(1_000_000, this.clock);
  failures: FailureTotals = new FailureTotals(this.clock);
  feeds = (["event", "alert"] as const).map((entry) =>
    new LogFeed({
      log: this.log,
      entry,
      durable: () => this.durable(),
      clock: this.clock,
      report: (error) => this.reports.push(error),
    })
  );
  rules: RulesInForce = new RulesInForce({
    log: this.log,
    bundled: sealBundle({ rules: [], filters: [] }),
    scope: {},
    clock: this.clock,
    report: (_, facts) => this.reports.push(facts),
  });
  backtests: LogBacktests = new LogBacktests({ log: this.log, scope: {}, clock: this.clock });
  /** From which states the collector of a backup was to go on. */
  continuedFrom: unknown[] = [];
  /** How often a message was to start soon. */
  woken = 0;
  /** Why pushes were refused. */
  refusedPushes: string[] = [];
  endpoints: EndpointsInForce = this.#endpointsOf([]);
  #drawn = 0;
  /** What receivers answer. */
  attempt: DispatchPorts["attempt"] = () =>
    Promise.resolve({ kind: "ok", code: "answered", status: 204, at: 0, durationMs: 1 });
  dispatcher: OutboxDispatcher = new OutboxDispatcher({
    log: this.log,
    clock: this.clock,
    random: () => 0.5,
    endpoints: [],
    standIn: (name) => this.endpoints.find(name),
    attempt: (message, endpoint) => this.attempt(message, endpoint),
  });
  actions: OperatorActions = operatorActions({
    log: this.log,
    clock: this.clock,
    random: () => (++this.#drawn * 0.618) % 1,
    wake: () => this.woken++,
    endpoints: { find: (name) => this.endpoints.find(name) },
    dispatcher: this.dispatcher,
    attempt: (message, endpoint) => this.attempt(message, endpoint),
  });
  access: LogAccess = {
    events: this.feeds[0]!,
    alerts: this.feeds[1]!,
    deliveries: (query) => this.log.deliveries(query),
    attempts: (message, latest) => this.log.attempts(message, latest),
    message: (id) => this.log.message(id),
    invalidEvents: (after, limit, maxBytes) => this.log.invalidEvents(after, limit, maxBytes),
    push: (records) =>
      this.log.transaction(() => {
        const ports = { log: this.log, match: () => [], endpoints: [] };
        return recordPush(ports, records, newCollectorState(NOW, OPTIONS), NOW, OPTIONS);
      }),
    notePushRefused: (why) => void this.refusedPushes.push(why),
    status: () => ({
      source: this.source,
      ...watchStatus(
        newCollectorState(NOW, OPTIONS),
        { ...this.log.counts(), silences: this.access.silences(), endpoints: [] },
        [],
        NOW,
        OPTIONS,
      ),
      rules: this.access.rules().length,
      ruleSet: this.rules.state,
      limits: { plan: "free", bytes: this.maxBytes },
      subscribers: { events: 0, alerts: 0 },
      unfedLogs: [],
      streams: this.streams.counts(),
      tokens: tokenUse(this.streams, this.shares),
      authentication: this.failures.counts(),
    }),
    rules: () =>
      this.rules.matcher.rules.map(({ id = "", title, tags }) => ({
        id,
        name: null,
        title,
        level: null,
        status: null,
        description: null,
        tags,
      })),
    disabledRules: () => [],
    ruleSource: (id) => {
      const found = this.rules.matcher.rules.find((rule) => rule.id === id);
      return found === undefined ? undefined : this.rules.sourceOf(found.file) ?? null;
    },
    rulesState: () => this.rules.state,
    uploadRules: (bundle, by) => this.rules.upload(bundle, by),
    resetRules: (by) => this.rules.reset(by),
    ...this.actions,
    endpoints: this.endpoints,
    backups: logBackups({
      log: this.log,
      collector: { continueFrom: (state) => this.continuedFrom.push(state) },
      clock: this.clock,
      wake: () => this.woken++,
      onRestored: () => {
        this.rules.reopen();
        this.endpoints.reopen();
      },
    }),
    changes: (before, limit) => this.log.changes(before, limit),
    alertStates: (after, limit) => this.log.alertStates(after, limit),
    alert: (id) => this.log.alert(id),
    alertChanges: (id) => this.log.alertChanges(id),
    alertCounts: () => this.log.alertCounts(),
    silences: () => this.log.silences(this.clock.now()),
    backtest: (value, query) => this.backtests.start(value, query),
    webhookKeys: () => Promise.resolve(["whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="]),
  };
  /** Every answer of its `request()` is checked against `/openapi.json`. */
  app = withCheckedAnswers(createLogApp({
    log: this.access,
    streams: this.streams,
    clock: this.clock,
    random: () => 0.5,
    report: (error) => this.reports.push(error),
    requests: this.shares,
    onRequest: (facts) => this.requests.push(facts),
  }));
  epoch: string = this.log.head().epoch;

  /** Sets WEBHOOKS. */
  configure(webhooks: readonly unknown[]): void {
    this.endpoints = this.#endpointsOf(webhooks);
    Object.assign(this.access, { endpoints: this.endpoints });
  }

  #endpointsOf(webhooks: readonly unknown[]): EndpointsInForce {
    return new EndpointsInForce({
      log: this.log,
      config: configOf(webhooks),
      clock: this.clock,
      report: (_, facts) => this.reports.push(facts),
      onChange: () => this.woken++,
    });
  }

  /** How many streams are open. */
  get open(): number {
    return this.streams.counts().open;
  }

  /** Requests a path as the gateway would pass it on for a token. */
  request(
    path: string,
    { name = "siem", isAdmin = false, expires, sha256 = "", ...init }:
      & RequestInit
      & Partial<Holder> = {},
  ): Promise<Response> {
    const token: ApiToken = {
      name,
      sha256,
      scopes: isAdmin ? ["admin"] : ["read"],
      ...(expires !== undefined && { expires }),
    };
    const request = new Request(`http://panoptes.test${path}`, init);
    return Promise.resolve(this.app.request(withHolder(request, token)));
  }

  /** Records events `from` to `to`, named by their number. */
  recordEvents(from: number, to: number): Promise<void> {
    const events = Array.from({ length: to - from + 1 }, (_, index) => ({
      event: `Event ${from + index}`,
      date: new Date(NOW + (from + index) * 1_000).toISOString(),
    }));
    this.log.transaction(() => this.log.record(events, { now: NOW }));
    return settled(); // until they are shown
  }

  /** Stores an alert, queues it for the endpoint `siem`, and returns the id of its message. */
  queueAlert(id: string): number {
    this.log.transaction(() => {
      this.log.addAlerts([{ alert: alertOf(id), eventSeq: 1, at: NOW }], NOW);
      this.log.queue([{ webhookId: id, endpoint: "siem", level: "medium" }], NOW);
    });
    return this.log.deliveries({ webhookId: id, limit: 1 })[0]!.id;
  }

  /** The SSE id of a seq. */
  id(seq: number): string {
    return `${this.epoch}.${seq}`;
  }

  constructor(source = "default") {
    this.source = source;
  }

  [Symbol.dispose](): void {
    this.#sql.close();
  }
}

function configOf(webhooks: readonly unknown[]): Config {
  const { config } = readConfig({ TE_TOKEN: "te-token", WEBHOOKS: JSON.stringify(webhooks) });
  if (config === undefined) throw new Error("The settings of the fixture are invalid");
  return config;
}

function alertOf(id: string): Alert {
  return {
    ...toAlert(
      { id: "rule-1", title: "Login failed", level: "medium" },
      { event: "Login failed." },
      { identity: id, occurrence: 1, at: NOW },
    ),
    id,
  };
}
