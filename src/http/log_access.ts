import type { Reading, SseMessage, SseSource } from "../sse/sse_source.ts";
import type { Restored, Restoring } from "../store/backup/restore_part.ts";
import type { LogReader } from "../store/log.ts";
import type { Endpoint } from "../delivery/endpoint.ts";
import type { TestOptions, TestResult } from "../delivery/test_message.ts";
import type { ShownEndpoint } from "../delivery/shown_endpoint.ts";
import type { DeliveriesQuery } from "../store/outbox_table.ts";
import type { MessageState } from "../store/outbox_message.ts";
import type { AlertChange, AlertState } from "../alert/alert_state.ts";
import type { Silence } from "../alert/silence.ts";
import type { StoredSilence } from "../store/silence_table.ts";
import type { FailureCounts } from "./access/failed_authentications.ts";
import type { StreamCounts } from "./access/stream_limit.ts";
import type { TokenUse } from "./access/token_use.ts";
import type { BacktestQuery, StartedBacktest } from "../watch/log_backtests.ts";
import type { PushedRecord } from "../thousandeyes/otlp/decode_logs.ts";
import type { PushOutcome } from "../watch/push/record_push.ts";
import type { WatchStatus } from "../watch/watch_status.ts";

/** One entry of a feed. */
export interface FeedEntry extends SseMessage {
  /** The date of the event, or of the one that matched; null where it has none. Unix epoch, ms. */
  at: number | null;
  /** When it was recorded, in milliseconds since the Unix epoch. */
  recordedAt: number;
  /** What people have made of an alert; absent for an event. */
  state?: AlertState;
}

/** Events or alerts: a log that can be read from any place, and followed. */
export interface Feed extends SseSource {
  /** As for any source, with the time of each entry; with `state` only alerts in this state. */
  read(
    after: number,
    limit: number,
    maxBytes?: number,
    state?: AlertState,
  ): Reading<FeedEntry>;
  /** Counts the transactions of the log: a state may be another one after each. */
  transactions(): number;
}

/** Which entries of a feed a client asks for. */
export interface EntryFilter {
  /** The same for all filters that ask for the same. */
  readonly key: string;
  /** Whether it asks for an entry: the answer never changes. */
  matches(entry: FeedEntry): boolean;
}

/** The entries that a filter asks for, read once for all who ask for the same. */
export interface SharedFeed {
  /** The entries. */
  readonly feed: Feed;
  /** Says that they are no longer needed; a second call changes nothing. */
  release(): void;
}

/** A feed that can be read in part. */
export interface WholeFeed extends Feed {
  /**
   * Reads it through a filter.
   *
   * @param filter The filter.
   * @param holder The name of the token that asks.
   * @returns What the filter asks for; undefined if too many different filters are in use.
   */
  filtered(filter: EntryFilter, holder: string): SharedFeed | undefined;
}

/** The summary of a rule. */
export interface RuleSummary {
  /** The rule's id, or its title if it has no id. */
  id: string;
  /** What correlations refer to it by; null if it has no name. */
  name: string | null;
  /** Its title. */
  title: string;
  /** Its level; null if it states none. */
  level: string | null;
  /** Its status; null if it states none. */
  status: string | null;
  /** Its description; null if it has none. */
  description: string | null;
  /** Its tags. */
  tags: readonly string[];
}

/** Which rules are in force. */
export interface RulesState {
  /** Names their content. */
  readonly revision: string;
  /** Whether they are the Worker's own or were uploaded. */
  readonly source: "bundled" | "uploaded";
  /** The revision of the Worker's own rules. */
  readonly bundledRevision: string;
  /** When they were uploaded, as an ISO 8601 string; null for those of the Worker. */
  readonly uploadedAt: string | null;
  /** The name of the token that they were uploaded with; likewise. */
  readonly uploadedBy: string | null;
  /** Why uploaded rules are not in force; null if they are, or there are none. */
  readonly refused: string | null;
}

/** What `/v1/status` returns, and `/metrics` as numbers: plain JSON without secrets. */
export interface Status extends WatchStatus {
  /** The name of the source. */
  readonly source: string;
  /** How many rules are in force. */
  readonly rules: number;
  /** Which rules these are. */
  readonly ruleSet: RulesState;
  /** Logs of earlier settings, which are no longer fed. */
  readonly unfedLogs: readonly {
    /** The base URL of the API and the account groups, after the name of a source. */
    readonly source: string;
    readonly events: number;
    readonly alerts: number;
    /** Messages that it still has to deliver. */
    readonly owed: number;
    /** As of when, as an ISO 8601 string. */
    readonly notedAt: string;
  }[];
  /** What the settings allow: the plan of Cloudflare, null on a server, and the size of the log. */
  readonly limits: { readonly plan: string | null; readonly bytes: number };
  /** How many clients follow the events and the alerts now. */
  readonly subscribers: { readonly events: number; readonly alerts: number };
  /** How many streams are open and may be, and how many were refused. */
  readonly streams: StreamCounts;
  /** What each token uses that has sent a request since the start. */
  readonly tokens: readonly TokenUse[];
  /** Requests with a token that is not accepted. */
  readonly authentication: FailureCounts;
}

/** An endpoint in a list; without what its entry says if that is refused. */
export interface ListedEndpoint extends Partial<ShownEndpoint> {
  /** Its name. */
  readonly name: string;
  /** Whether it is stored in the log or comes from the setting WEBHOOKS. */
  readonly source: "stored" | "settings";
  /** Whether it takes the place of an entry of WEBHOOKS. */
  readonly overrides: boolean;
  /** When it was stored, as an ISO 8601 string; null if it comes from the settings. */
  readonly changedAt: string | null;
  /** The name of the token that stored it; likewise. */
  readonly changedBy: string | null;
  /** Why nothing is sent to it, each with its place; empty if it is in force. */
  readonly problems: readonly string[];
}

/** The endpoints that messages are sent to, and how to change them. */
export interface EndpointAccess {
  /** Every endpoint, without secrets. */
  list(): readonly ListedEndpoint[];
  /** One endpoint as messages are sent to it, with its secrets; undefined if there is none. */
  find(name: string): Endpoint | undefined;
  /**
   * Stores an endpoint in place of any with its name.
   *
   * @param name Its name.
   * @param value Its members, as JSON data.
   * @param by The name of the token.
   * @returns What is wrong with it; nothing has changed then.
   */
  put(name: string, value: unknown, by: string): readonly string[];
  /**
   * Changes some members of a stored endpoint, and removes those that are null; otherwise as `put`.
   *
   * @returns What is wrong; or that there is none, or none that is stored.
   */
  patch(name: string, value: unknown, by: string): readonly string[] | "unknown" | "in settings";
  /** Removes a stored endpoint; what is owed to it is cancelled, unless WEBHOOKS has it too. */
  remove(name: string, by: string): "removed" | "unknown" | "in settings";
}

/** Which messages are sent again: at most `limit`, the newest first. */
export type RedeliverQuery = Omit<DeliveriesQuery, "webhookId" | "state"> & {
  /** Only those in this state. */
  readonly state: MessageState;
};

/** Writes and restores backups of the log. */
export interface BackupAccess {
  /**
   * Writes a backup, part by part.
   *
   * @param from The `next` of an earlier part; default the beginning.
   * @returns The parts.
   * @throws {PlaceError} If `from` is not such a place.
   */
  write(from?: string): Generator<string, void, void>;
  /** How far a backup has been restored; undefined if none is being restored. */
  restoring(): Restoring | undefined;
  /**
   * Restores the next part of a backup.
   *
   * @param text The part.
   * @param isReplacing Whether the log is emptied first, if it is not empty.
   * @param by The name of the token.
   * @returns How far it is now.
   * @throws {BackupError} If something is wrong with the part.
   * @throws {RestoreError} If it cannot be restored here and now.
   */
  restore(text: string, isReplacing: boolean, by: string): Restored;
  /** Cancels a restore, and empties the log; false if none was running. */
  abandon(by: string): boolean;
}

/** What the routes need from the log and its writers: a port, the same on every runtime. */
export interface LogAccess extends
  Pick<
    LogReader,
    | "alert"
    | "alertCounts"
    | "alertStates"
    | "deliveries"
    | "attempts"
    | "message"
    | "invalidEvents"
    | "changes"
  > {
  /** The audit events. */
  readonly events: WholeFeed;
  /** The alerts. */
  readonly alerts: WholeFeed;
  /**
   * Records what ThousandEyes has pushed.
   *
   * @returns What became of the log records; undefined while a backup is being restored.
   * @throws {unknown} If they cannot be written.
   */
  push(records: readonly PushedRecord[]): PushOutcome | undefined;
  /** Notes that a push was refused for good, and why. */
  notePushRefused(why: string): void;
  /** The state of the watch. */
  status(): Status;
  /** The rules that events are matched against. */
  rules(): readonly RuleSummary[];
  /** The rules that are switched off. */
  disabledRules(): readonly RuleSummary[];
  /** The file of a rule, by its id; null if the bundle was built without it, undefined without one. */
  ruleSource(id: string): string | null | undefined;
  /** Which rules these are. */
  rulesState(): RulesState;
  /**
   * Puts an uploaded bundle in force.
   *
   * @param bundle JSON data.
   * @param by The name of the token.
   * @returns What is wrong with it; those in force stay then.
   */
  uploadRules(bundle: unknown, by: string): readonly string[];
  /** Puts the rules of the Worker in force again. */
  resetRules(by: string): void;
  /** Starts a backtest of the rules that were sent. */
  backtest(value: unknown, query: BacktestQuery): StartedBacktest;
  /** Resets a message to its first attempt; false if there is none or an attempt is in progress. */
  redeliver(id: number, by: string): boolean;
  /** Does so with many messages; tells how many more there are, below which id. */
  redeliverAll(
    query: RedeliverQuery,
    by: string,
  ): { readonly queued: number; readonly left: number; readonly next: number | null };
  /** The endpoints. */
  readonly endpoints: EndpointAccess;
  /**
   * Gives an endpoint a fresh start: what waits for it is sent at once.
   *
   * @returns False if there is no such endpoint.
   */
  resumeEndpoint(name: string, by: string): boolean;
  /**
   * Sends a sample alert to an endpoint.
   *
   * @returns How it ended; or that there is no such endpoint, or that a test is in progress.
   */
  testEndpoint(name: string, test: TestOptions): Promise<TestResult | "unknown" | "busy">;
  /** Who has put an alert into which state, oldest first; undefined if there is no such alert. */
  alertChanges(id: string): readonly AlertChange[] | undefined;
  /** Puts an alert into a state; returns its changes, or undefined if there is no such alert. */
  changeAlert(id: string, change: AlertChange): readonly AlertChange[] | undefined;
  /** The silences that have not ended, oldest first. */
  silences(): readonly StoredSilence[];
  /** Adds a silence; undefined if there are too many. */
  addSilence(silence: Omit<Silence, "id" | "createdAt">): StoredSilence | undefined;
  /** Removes a silence; undefined if there is none. */
  removeSilence(id: string, by: string): StoredSilence | undefined;
  /** The public keys that webhooks can be verified with, each `whpk_` and base64. */
  webhookKeys(): Promise<readonly string[]>;
  /** Starts a new epoch and returns it. */
  raiseEpoch(by: string): string;
  /** Backups of the log. */
  readonly backups: BackupAccess;
}
