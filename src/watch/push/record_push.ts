import type { PushedRecord } from "../../thousandeyes/otlp/decode_logs.ts";
import { pushedEvents } from "../../thousandeyes/otlp/pushed_events.ts";
import { ruleFailure } from "../collector/advance.ts";
import { addIntake } from "../collector/intake.ts";
import { type RulePorts, setOffRules } from "../collector/set_off_rules.ts";
import type { CollectorState } from "../collector/state.ts";
import type { WatchOptions } from "../watch_options.ts";
import type { WatchPorts } from "../watch_ports.ts";
import { afterPush, readPush, savePush } from "./push_state.ts";

/** What became of the log records of one push. */
export interface PushOutcome {
  /** How many were new events. */
  readonly recorded: number;
  /** How many are in the log already. */
  readonly duplicates: number;
  /** How many are older than what retention has removed. */
  readonly expired: number;
  /** How many are not valid events, and were set aside, now or earlier. */
  readonly invalid: number;
}

/**
 * Records what ThousandEyes has pushed, with all its consequences: events, alerts, messages. It has
 * to run inside a transaction.
 *
 * An event that has an equal in the log is that event: a push that is sent again looks like a twin.
 * Twins are added by polling, which reads closed ranges and so can count them
 * (docs/adr/0018-push-and-poll.md).
 *
 * @param ports The log, the rules and the endpoints.
 * @param records The log records.
 * @param state The collector's state, which stays as it is.
 * @param now Milliseconds since the Unix epoch.
 * @param options Limits and times.
 * @returns What became of them.
 * @throws {unknown} What the database throws.
 */
export function recordPush(
  ports: Pick<WatchPorts, "aid"> & RulePorts,
  records: readonly PushedRecord[],
  state: CollectorState,
  now: number,
  options: WatchOptions,
): PushOutcome {
  const { log, aid } = ports;
  const { events, invalid } = pushedEvents(records, aid);
  const before = readPush(log, true, now);
  const result = log.record(events, { now, onlyFirst: true });
  const kept = log.keepInvalid(invalid, now);
  const at = { state, pass: { to: now } };
  const { counts, faults, oversized } = setOffRules(ports, result, kept, at, now, options);
  const { recorded, duplicates, expired } = result;
  savePush(
    log,
    afterPush(before, {
      now,
      recorded,
      counts: {
        recorded: recorded.length,
        duplicates,
        expired,
        invalid: kept.length,
        oversized: oversized.length,
        unmatched: faults.length,
        ...counts,
      },
      intake: addIntake(before.intake, {
        now,
        // What polling has recorded first is valid as well.
        valid: events.length,
        invalid: kept.map(({ issues: [first = "an item is invalid"] }) => first),
        oversized,
        isBacklog: false,
      }),
      failure: ruleFailure(before.failure, faults, now),
    }),
  );
  return { recorded: recorded.length, duplicates, expired, invalid: invalid.length };
}
