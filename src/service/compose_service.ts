import type { RuleMatcher } from "../alert/match_rules.ts";
import { ruleIdOf } from "../alert/named_rules.ts";
import type { SealedBundle } from "../alert/rule_bundle.ts";
import { secretsOf } from "../delivery/endpoint.ts";
import { publicKeysOf } from "../delivery/secret.ts";
import { createLogApp } from "../http/log_app.ts";
import { LogFeed } from "../http/feed/log_feed.ts";
import { type FailureReport, FailureTotals } from "../http/access/failed_authentications.ts";
import { RequestShare } from "../http/access/request_share.ts";
import { StreamLimit } from "../http/access/stream_limit.ts";
import { tokenUse } from "../http/access/token_use.ts";
import type { SigmaCorrelation, SigmaRule } from "../sigma/engine.ts";
import type { Log } from "../store/log.ts";
import { openLog } from "../store/open_log.ts";
import type { Sql } from "../store/sql.ts";
import type { Clock } from "../stream/clock.ts";
import { LogBacktests } from "../watch/log_backtests.ts";
import type { Reason } from "../watch/reasons.ts";
import { Watch } from "../watch/watch.ts";
import { type WatchOptions, watchOptions } from "../watch/watch_options.ts";
import type { WatchPorts } from "../watch/watch_ports.ts";
import { type Config, endpointsOf } from "./config.ts";
import { EndpointsInForce } from "./endpoints_in_force.ts";
import { logBackups } from "./log_backups.ts";
import { operatorActions } from "./operator_actions.ts";
import { holdsNothing, type NotedLog } from "./noted_log.ts";
import { inform, report } from "./report.ts";
import { RulesInForce } from "./rules_in_force.ts";
import { serviceReasons } from "./service_reasons.ts";
import { type PlanName, PLANS } from "./plan.ts";
import { SETTINGS } from "./settings.ts";
import { logNameOf, sourceOfLog } from "./source.ts";
import { unknownRule, unknownRulesOf, unknownSources } from "./unknown_names.ts";
import { type Network, watchPorts } from "./watch_ports.ts";

/** What a service is composed of. */
export interface ServiceOptions {
  /** The database of its log. */
  sql: Sql;
  /** Resolves once all earlier writes are on disk. */
  durable: () => Promise<void>;
  /** The way to the API and to webhooks. */
  network: Network;
  /**
   * What memory has room for, in bytes: a larger page of the API is refused, and the collector
   * requests a shorter range.
   */
  maxPageBytes: number;
  /** The plan of Cloudflare, which limits the requests of a tick; null where nothing does. */
  plan: PlanName | null;
  /** The settings. */
  config: Config;
  /** The name of the log, where the caller knows it; see `logNameOf()`. */
  name?: string | undefined;
  /** The rules that events are matched against unless others are uploaded. */
  bundle: SealedBundle;
  /** Time. */
  clock: Clock;
  /** Chance, in [0, 1). */
  random: () => number;
  /** Makes the next tick start at once. */
  wake: () => Promise<void>;
  /** What stands between the parts; default nothing. */
  between?: Between;
}

/** What a simulation puts between the parts of a service, to look at them and to make them fail. */
export interface Between {
  /** In front of the log. */
  log(log: Log): Log;
  /** In front of the ports of the watch. */
  ports(ports: WatchPorts): WatchPorts;
  /** Options of the watch, also those that no setting has. */
  readonly options: Partial<WatchOptions>;
}

/** The service of one source at work. */
export interface Service {
  /** Its routes, for authorized requests. */
  app: ReturnType<typeof createLogApp>;
  /**
   * Does what is due; returns when the next tick is due, in milliseconds since the Unix epoch. It
   * rejects when the signal aborts: whatever was begun is repeated by the next tick.
   */
  tick(signal?: AbortSignal): Promise<number>;
  /** When there is something to read or to deliver, likewise; possibly Infinity. */
  nextWorkAt(): number;
  /** Whether this is the log of the present settings. */
  isFed: boolean;
  /** What this log says about itself in the directory. */
  noted(): NotedLog;
  /** Whether nothing will ever be left to do: it is not fed, and holds nothing. */
  isIdle(): boolean;
  /** Learns of failed authentications; a burst of them is told at once. */
  noteFailures(report: FailureReport): void;
  /** Ends the streams of tokens that are none of these, each named by its SHA-256. */
  keepStreamsOf(tokens: readonly string[]): void;
  /** Ends all event streams, for a shutdown: their readers come back. */
  endStreams(): void;
  /** Learns what the other logs have said about themselves; returns those of earlier settings. */
  meet(others: readonly NotedLog[]): readonly NotedLog[];
}

/**
 * Composes the service of one source: its log, the watch that fills it and the routes that read it.
 *
 * @param options Database, network, settings, rules, clock and randomness.
 * @returns The routes and the tick.
 * @throws {Error} If the database was written by a later version.
 */
export async function composeService(options: ServiceOptions): Promise<Service> {
  const { sql, durable, network, maxPageBytes, config, clock, random, wake, between } = options;
  const opened = openLog(sql, { now: clock.now(), random });
  const log = between?.log(opened) ?? opened;
  const [first] = config.sources;
  const logName = ownName(log, options.name ?? logNameOf(first));
  const source = config.sources.find((source) => logNameOf(source) === logName);
  const name = sourceOfLog(logName);
  const isFed = source !== undefined;
  let others: readonly NotedLog[] = [];
  const { bundle: bundled } = options;
  const { disabled = [], only } = source?.rules ?? {};
  const scope = { disabled: [...config.disabledRules, ...disabled], only };
  const rules = await RulesInForce.open({
    log,
    bundled,
    scope,
    clock,
    report,
    durable,
  });
  const endpoints = new EndpointsInForce({
    log,
    config: { ...config, ...endpointsOf(config, name) },
    clock,
    report,
    onChange: tellEndpoints,
  });
  const { pollMs, overlapMs, backfillMs, maxAlertAgeMs, suppressesByDefault } = config;
  const { maxAgeMs, maxBytes } = config;
  const { plan } = options;
  const connected = watchPorts({
    log,
    config,
    endpoints,
    rules,
    clock,
    random,
    name,
    source,
    network,
    durable,
    maxPageBytes,
  });
  const ports = between?.ports(connected) ?? connected;
  const watch = new Watch(
    ports,
    watchOptions({
      pollMs,
      overlapMs,
      backfillMs,
      maxAlertAgeMs,
      suppressesByDefault,
      maxAgeMs,
      maxBytes,
      ...(plan !== null && { maxRequestsPerTick: PLANS[plan].requests }),
      sharers: source?.sharers ?? 1,
      ...between?.options,
    }),
  );

  const feed = (entry: "event" | "alert") =>
    new LogFeed({
      log,
      entry,
      // The runtime holds a response back until earlier writes are on disk, but not the chunks of a
      // response that has already started.
      durable,
      clock,
      report: (error) => report("Writes to the log could not be made durable", error),
    });
  const events = feed("event");
  const alerts = feed("alert");
  const streams = new StreamLimit(config.maxStreams, clock);
  const requests = new RequestShare(config.maxRequestsPerMinute, clock);
  const failures = new FailureTotals(clock);

  const backtests = new LogBacktests({ log, scope, clock });

  const openedAt = clock.now();
  let refusals = refusalsOf();

  /** What is refused or missing, and since when. */
  function refusalsOf() {
    const { refusal = null, matcher } = rules;
    const { unknown, alerting } = matcher;
    const refused = [
      // What concerns no single source is told once, by the first.
      ...config.refused.filter(({ variable, entry }) =>
        source === first || (variable === SETTINGS.sources.name && entry === name)
      ),
      ...unknown.map((rule) => unknownRule(rule, config, name)),
      ...endpoints.problems,
      ...endpoints.all.flatMap((endpoint) =>
        unknownRulesOf(endpoint, [...inForce(matcher), ...matcher.disabled])
      ),
      ...(source === first ? unknownSources(config) : []),
    ];
    const isBlind = alerting.length === 0;
    const now = clock.now();
    return {
      refused,
      refusedSince: sinceWhen(log, "refused settings", refused, now),
      rulesRefusedSince: sinceWhen(log, "refused rules", refusal, now),
      noRulesSince: sinceWhen(log, "no rules", isBlind, now),
    };
  }

  /** What the watch cannot know about the health. */
  const ownReasons = () =>
    serviceReasons({
      now: clock.now(),
      openedAt,
      alerting: rules.matcher.alerting.length,
      leftOut: rules.problems.length,
      disabled: rules.matcher.disabled.map(({ title }) => title),
      ruleSet: rules.state,
      overridden: endpoints.overridden,
      ...refusals,
      others,
      hiddenSince: Math.min(events.hiddenSince ?? Infinity, alerts.hiddenSince ?? Infinity),
      streamRefusedAt: streams.refusedAt,
      failures: failures.burst(),
      keysFailedSince: failures.keysFailedSince(),
    });

  let told = new Set<string>();

  /** Writes to the log of the service what has become wrong, once, and what is right again. */
  function tellHealth(): void {
    const reasons = watch.reasons(ownReasons()).filter(({ severity }) => severity !== "info");
    const keyOf = ({ code, about, severity }: Reason) => `${code} ${about} ${severity}`;
    const now = new Set(reasons.map(keyOf));
    for (const found of reasons) {
      const { code, severity, message, advice } = found;
      if (!told.has(keyOf(found))) {
        report("The health has a new reason", { source: name, code, severity, message, advice });
      }
    }
    if (told.size > 0 && now.size === 0) report("The health is green again", { source: name });
    told = now;
  }

  async function tick(signal?: AbortSignal): Promise<number> {
    try {
      return await watch.tick({ more: ownReasons(), ...(signal === undefined ? {} : { signal }) });
    } finally {
      tellHealth();
    }
  }

  /** Other rules are in force. */
  function tellRules(): void {
    refusals = refusalsOf();
    const { source: origin, ...state } = rules.state;
    report("Other rules are in force", { source: name, origin, ...state });
  }

  /** Other endpoints are in force: one may have been waited for. */
  function tellEndpoints(): void {
    refusals = refusalsOf();
    const names = endpoints.all.map(({ name }) => name);
    report("Other endpoints are in force", { source: name, endpoints: names });
    wakeNow();
  }

  function wakeNow(): void {
    wake().catch((error) => report("The alarm could not be set", error));
  }

  const app = createLogApp({
    log: {
      events,
      alerts,
      ...operatorActions({
        log,
        clock,
        random,
        wake: wakeNow,
        endpoints,
        dispatcher: watch.dispatcher,
        attempt: ports.attempt,
      }),
      endpoints,
      backups: logBackups({
        log,
        collector: watch.collector,
        clock,
        wake: wakeNow,
        onRestored({ checkpoints: uploaded = 0 }) {
          if (uploaded > 0) {
            rules.reopen();
            tellRules();
          }
          endpoints.reopen();
        },
      }),
      push(records) {
        const outcome = watch.push(records);
        const { recorded = 0, invalid = 0 } = outcome ?? {};
        if (recorded + invalid > 0) wakeNow(); // there may be messages to send
        return outcome;
      },
      notePushRefused: (why) => watch.notePushRefused(why),
      webhookKeys: () => publicKeysOf(endpoints.all.flatMap(secretsOf)),
      alert: (id) => log.alert(id),
      alertChanges: (id) => log.alertChanges(id),
      alertCounts: () => log.alertCounts(),
      silences: () => log.silences(clock.now()),
      deliveries: (query) => log.deliveries(query),
      attempts: (message, latest) => log.attempts(message, latest),
      message: (id) => log.message(id),
      changes: (before, limit) => log.changes(before, limit),
      alertStates: (after, limit) => log.alertStates(after, limit),
      invalidEvents: (after, limit, maxBytes) => log.invalidEvents(after, limit, maxBytes),
      status: () => ({
        source: name,
        ...watch.status(ownReasons()),
        limits: { plan, bytes: maxBytes },
        rules: inForce(rules.matcher).length,
        ruleSet: rules.state,
        unfedLogs: others.map(({ source, events, alerts, owed, notedAt }) => ({
          source,
          events,
          alerts,
          owed,
          notedAt: new Date(notedAt).toISOString(),
        })),
        subscribers: { events: events.followers, alerts: alerts.followers },
        streams: streams.counts(),
        tokens: tokenUse(streams, requests),
        authentication: failures.counts(),
      }),
      rules: () => inForce(rules.matcher).map(summaryOf),
      disabledRules: () => rules.matcher.disabled.map(summaryOf),
      ruleSource(id) {
        const found = [...inForce(rules.matcher), ...rules.matcher.disabled]
          .find((rule) => ruleIdOf(rule) === id);
        return found === undefined ? undefined : rules.sourceOf(found.file) ?? null;
      },
      rulesState: () => rules.state,
      uploadRules(bundle, by) {
        const problems = rules.upload(bundle, by);
        if (problems.length === 0) tellRules();
        return problems;
      },
      backtest: (value, query) => backtests.start(value, query),
      resetRules(by) {
        rules.reset(by);
        tellRules();
      },
    },
    streams,
    clock,
    random,
    onClose: (reason, error) => {
      if (reason === "failed") report("A stream ended because the log could not be read", error);
    },
    report: (error) => report("A request failed", error),
    requests,
    onRequest: (facts) => inform("A request has ended", { ...facts, source: name }),
  });
  function noted(): NotedLog {
    const { events, alerts, messages, folds } = log.counts();
    const { pending = 0, leased = 0, waiting = 0 } = messages;
    const owed = pending + leased + waiting + folds;
    return { source: logName, isFed, events, alerts, owed, notedAt: clock.now() };
  }

  return {
    app,
    tick,
    isFed,
    nextWorkAt: () => watch.nextWorkAt(),
    noted,
    isIdle: () => !isFed && holdsNothing(noted()),
    noteFailures(report) {
      if (failures.add(report)) wakeNow();
    },
    endStreams: () => streams.endAll(),
    keepStreamsOf: (tokens) => streams.keepOnly(new Set(tokens)),
    meet(logs) {
      const fed = new Set(config.sources.map(logNameOf));
      const unfed = logs.filter(({ source }) => !fed.has(source));
      // The log of a source that was removed is told by the first.
      const names = new Set(config.sources.map(({ name }) => name));
      others = unfed.filter((log) => {
        const of = sourceOfLog(log.source);
        return of === name || (source === first && !names.has(of));
      });
      return unfed;
    },
  };
}

/**
 * The name of this log. It is kept in the log itself: an object that its alarm wakes may not know its
 * own name, and must not take the present settings for those that filled it.
 */
function ownName(log: Log, name: string): string {
  const known = log.checkpoint<string>("source");
  if (known === undefined) remember(log, "source", name);
  return known ?? name;
}

/** When problems were first met: an object starts again and again, and each alert is one. */
function sinceWhen(log: Log, name: string, problems: unknown, now: number): number {
  const text = JSON.stringify(problems);
  const known = log.checkpoint<{ text: string; since: number }>(name);
  if (known?.text === text) return known.since;
  remember(log, name, { text, since: now });
  return now;
}

/** Where the disk is full, the service has to start all the same: it says what is wrong. */
function remember(log: Log, name: string, value: unknown): void {
  try {
    log.transaction(() => log.saveCheckpoint(name, value));
  } catch (error) {
    report("The log cannot be written", error);
  }
}

/** The rules and correlations that make alerts. */
function inForce({ rules, correlator, disabled }: RuleMatcher): (SigmaRule | SigmaCorrelation)[] {
  return [...rules, ...correlator?.correlations ?? []].filter((rule) => !disabled.includes(rule));
}

function summaryOf(rule: SigmaRule | SigmaCorrelation) {
  const { name, title, level, status, description, tags } = rule;
  return {
    id: ruleIdOf(rule),
    name: name ?? null,
    title,
    level: level ?? null,
    status: status ?? null,
    description: description ?? null,
    tags: tags ?? [],
  };
}
