import { useEffect, useRef } from "preact/hooks";
import type { Alert } from "../alert/alert.ts";
import { api } from "./api.ts";
import type { FeedLog } from "./feed_log.ts";
import { usePolled } from "./polled.ts";

const INTERVAL_MS = 3_000;

/**
 * Keeps the states of alerts as others leave them: what somebody acknowledges elsewhere is seen
 * here within seconds.
 *
 * @param alerts The alerts.
 */
export function useAlertStates(alerts: FeedLog<"alert", Alert>): void {
  const next = useRef<number | undefined>(undefined);
  const { value } = usePolled((signal) => api.alertStates(next.current, signal), INTERVAL_MS);
  useEffect(() => {
    if (value === undefined) return;
    next.current = value.next;
    if (value.missed) alerts.reload();
    for (const { alert, state } of value.states) alerts.update(alert, state);
  }, [value]);
}
