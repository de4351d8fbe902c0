import { BURST, type FailureBurst } from "../http/access/failed_authentications.ts";
import type { RulesState } from "../http/log_access.ts";
import { type Reason, reason } from "../watch/reasons.ts";
import type { ConfigProblem } from "./config.ts";
import type { NotedLog } from "./noted_log.ts";

/** Entries that are written but not shown for so long, in milliseconds, are told. */
const NOT_SHOWN_MS = { yellow: 30_000, red: 300_000 };
/** How long a refused stream is told, in milliseconds. */
const REFUSED_SHOWN_MS = 300_000;

/** How many rules are named: a source may have only a few of all. */
const MAX_NAMED = 20;

/** What a service knows beside its watch; all times in milliseconds since the Unix epoch. */
export interface ServiceFacts {
  /** The time. */
  readonly now: number;
  /** When the service was opened. */
  readonly openedAt: number;
  /** How many rules and correlations can make an alert. */
  readonly alerting: number;
  /** Since when none can, if so. */
  readonly noRulesSince: number;
  /** How many problems keep rules from being in force. */
  readonly leftOut: number;
  /** The titles of the rules that are switched off. */
  readonly disabled: readonly string[];
  /** Which rules are in force. */
  readonly ruleSet: RulesState;
  /** Since when uploaded rules are refused. */
  readonly rulesRefusedSince: number;
  /** The endpoints of WEBHOOKS whose place stored ones have taken. */
  readonly overridden: readonly string[];
  /** The entries of settings that were refused. */
  readonly refused: readonly ConfigProblem[];
  /** Since when these are refused. */
  readonly refusedSince: number;
  /** The logs of earlier settings. */
  readonly others: readonly NotedLog[];
  /** Since when entries are written but not shown; Infinity if all are. */
  readonly hiddenSince: number;
  /** When a stream was last refused; undefined if none was. */
  readonly streamRefusedAt: number | undefined;
  /** The failed authentications of the last minutes, if they are many. */
  readonly failures: FailureBurst | undefined;
  /** Since when the keys of Cloudflare Access cannot be read; undefined if they can. */
  readonly keysFailedSince: number | undefined;
}

/**
 * What the watch cannot know about the health.
 *
 * @param facts What the service knows.
 * @returns The reasons.
 */
export function serviceReasons(facts: ServiceFacts): Reason[] {
  const { now, openedAt, leftOut, disabled, refused, refusedSince, others } = facts;
  const { ruleSet, rulesRefusedSince, hiddenSince, streamRefusedAt = -Infinity } = facts;
  const hiddenMs = now - hiddenSince;
  const found: Reason[] = [];
  if (facts.alerting === 0) found.push(reason("no_rules", { since: facts.noRulesSince }));
  if (leftOut > 0) {
    const message = `Problems that keep rules from being in force: ${leftOut}.`;
    found.push(reason("rules_left_out", { message, since: openedAt }));
  }
  if (disabled.length > 0) {
    const more = disabled.length - MAX_NAMED;
    const named = [...disabled.slice(0, MAX_NAMED), ...(more > 0 ? [`${more} more`] : [])];
    const message = `Rules are switched off: ${named.join(", ")}.`;
    found.push(reason("rules_disabled", { message, since: openedAt }));
  }
  if (ruleSet.uploadedAt !== null) {
    const { revision, uploadedAt, uploadedBy } = ruleSet;
    const message = `The rules in force are revision ${revision}, uploaded with the token ` +
      `${uploadedBy}.`;
    found.push(reason("rules_uploaded", { message, since: Date.parse(uploadedAt) }));
  }
  if (ruleSet.refused !== null) {
    const message = `The uploaded rules do not load, and revision ${ruleSet.revision} of the ` +
      `deployment is in force: ${ruleSet.refused}.`;
    found.push(reason("upload_refused", { message, since: rulesRefusedSince }));
  }
  if (facts.overridden.length > 0) {
    const message = `Stored endpoints take the place of entries of WEBHOOKS: ${
      facts.overridden.join(", ")
    }.`;
    found.push(reason("endpoints_overridden", { message, since: openedAt }));
  }
  for (const { variable, entry = "", message } of refused) {
    found.push(reason("refused_setting", {
      about: `${variable} ${entry}`,
      message: `${variable}, ${entry}: ${message}.`,
      since: refusedSince,
    }));
  }
  found.push(...others.map(unfedReason));
  if (hiddenMs > NOT_SHOWN_MS.yellow) {
    const severity = hiddenMs > NOT_SHOWN_MS.red ? "red" : "yellow";
    found.push(reason("not_shown", { severity, since: hiddenSince }));
  }
  if (now <= streamRefusedAt + REFUSED_SHOWN_MS) {
    found.push(reason("streams_refused", { since: streamRefusedAt }));
  }
  if (facts.failures !== undefined) {
    const { failed, expired, client, since } = facts.failures;
    const message = `${failed} requests within ${BURST.minutes} minutes carried a token that is ` +
      `not configured or has expired${client === null ? "" : `, the latest from ${client}`}.` +
      (expired.length === 0 ? "" : ` Expired tokens: ${expired.join(", ")}.`);
    found.push(reason("wrong_credentials", { message, since }));
  }
  if (facts.keysFailedSince !== undefined) {
    found.push(reason("access_keys_failed", { since: facts.keysFailedSince }));
  }
  return found;
}

function unfedReason({ source, events, alerts, owed, notedAt }: NotedLog): Reason {
  return reason("unfed_log", {
    severity: owed > 0 ? "yellow" : "info",
    about: source,
    message:
      `The log of ${source} is no longer fed. Events: ${events}; alerts: ${alerts}; messages still ` +
      `to be delivered: ${owed}.`,
    since: notedAt,
  });
}
