import type { Silence } from "../alert/silence.ts";
import type { DispatchPorts, OutboxDispatcher } from "../delivery/dispatch_outbox.ts";
import { nextState } from "../delivery/next_state.ts";
import { sendTestMessage } from "../delivery/test_message.ts";
import type { EndpointAccess, LogAccess } from "../http/log_access.ts";
import type { ChangeKind } from "../store/change_table.ts";
import type { Log } from "../store/log.ts";
import type { OutboxMessage } from "../store/outbox_message.ts";
import type { Clock } from "../stream/clock.ts";
import { closeAlert } from "../watch/close_alert.ts";

/** What the actions need. */
export interface OperatorActionsOptions {
  /** The log. */
  readonly log: Log;
  /** Time. */
  readonly clock: Clock;
  /** Chance, in [0, 1). */
  readonly random: () => number;
  /** Makes messages that are due start soon. */
  readonly wake: () => void;
  /** The endpoints. */
  readonly endpoints: Pick<EndpointAccess, "find">;
  /** What sends messages to them. */
  readonly dispatcher: Pick<OutboxDispatcher, "resume" | "reopen" | "learn">;
  /** Posts one message. */
  readonly attempt: DispatchPorts["attempt"];
}

/** What operators do to the log, each with who did it, in one transaction. */
export type OperatorActions = Pick<
  LogAccess,
  | "redeliver"
  | "redeliverAll"
  | "resumeEndpoint"
  | "testEndpoint"
  | "changeAlert"
  | "addSilence"
  | "removeSilence"
  | "raiseEpoch"
>;

/**
 * What operators can do to the log. Each action is noted in the same transaction, with the name of
 * the token.
 *
 * @param options The log, clock and randomness.
 * @returns The actions.
 */
export function operatorActions(
  { log, clock, random, wake, endpoints, dispatcher, attempt }: OperatorActionsOptions,
): OperatorActions {
  const note = (by: string, what: ChangeKind, about: string, details: readonly string[] = []) =>
    log.addChange({ at: clock.now(), by, what, about, details });

  function reset(before: OutboxMessage | undefined): boolean {
    const now = clock.now();
    const after = before && nextState(before, { type: "redeliver", now });
    if (before === undefined || after === undefined) return false;
    if (!log.saveMessage(before, after, now)) return false;
    dispatcher.reopen(before.endpoint);
    return true;
  }

  let isTesting = false;

  return {
    resumeEndpoint(name, by) {
      if (endpoints.find(name) === undefined) return false;
      log.transaction(() => {
        dispatcher.resume(name);
        note(by, "endpoint.resumed", name);
      });
      wake();
      return true;
    },
    async testEndpoint(name, test) {
      const endpoint = endpoints.find(name);
      if (endpoint === undefined) return "unknown";
      // Each takes a connection, of which there are few.
      if (isTesting) return "busy";
      isTesting = true;
      try {
        const result = await sendTestMessage(endpoint, test, { clock, attempt });
        const { code, status } = result.outcome;
        log.transaction(() => {
          dispatcher.learn(endpoint, result.outcome);
          note(test.by, "endpoint.tested", name, [[code, status ?? []].flat().join(" ")]);
        });
        wake();
        return result;
      } finally {
        isTesting = false;
      }
    },
    redeliver(id, by) {
      const isSaved = log.transaction(() => {
        if (!reset(log.message(id))) return false;
        note(by, "deliveries.redelivered", String(id));
        return true;
      });
      if (isSaved) wake();
      return isSaved;
    },
    redeliverAll({ limit, ...query }, by) {
      const { endpoint, state, from, to } = query;
      const outcome = log.transaction(() => {
        const found = log.deliveries({ ...query, limit });
        const queued = found.filter(reset).length;
        // Read again: whoever redelivers what is pending would otherwise count the same for ever.
        const last = found.at(-1)?.id;
        const left = last === undefined ? 0 : log.countDeliveries({ ...query, before: last });
        if (queued > 0) {
          const times = [from, to].map((ms) => ms === undefined ? "" : new Date(ms).toISOString());
          note(by, "deliveries.redelivered", endpoint ?? "every endpoint", [
            `${queued} messages, ${state}`,
            ...(times.every((text) => text === "") ? [] : [times.join("/")]),
          ]);
        }
        return { queued, left, next: left > 0 && last !== undefined ? last : null };
      });
      if (outcome.queued > 0) wake();
      return outcome;
    },
    changeAlert: (id, change) =>
      log.transaction(() => {
        const history = closeAlert(
          { log, find: (name) => endpoints.find(name) },
          id,
          change,
          clock.now(),
        );
        // A request that is repeated changes nothing.
        if (history?.at(-1) === change) {
          note(change.by, "alert.state", id, [change.state]);
          wake(); // somebody may have to be told that it is closed
        }
        return history;
      }),
    addSilence(given: Omit<Silence, "id" | "createdAt">) {
      const now = clock.now();
      const id = Math.floor(random() * 36 ** 10).toString(36).padStart(10, "0");
      const silence = { id, ...given, createdAt: new Date(now).toISOString() };
      const isAdded = log.transaction(() => {
        if (!log.addSilence(silence, now)) return false;
        note(given.by, "silence.added", id, [given.reason]);
        return true;
      });
      return isAdded ? { ...silence, heldBack: 0, lastAt: null } : undefined;
    },
    removeSilence: (id, by) =>
      log.transaction(() => {
        const removed = log.removeSilence(id);
        if (removed !== undefined) note(by, "silence.removed", id);
        return removed;
      }),
    raiseEpoch: (by) =>
      log.transaction(() => {
        log.raiseEpoch(clock.now());
        const { epoch } = log.head();
        note(by, "epoch.raised", epoch);
        return epoch;
      }),
  };
}
