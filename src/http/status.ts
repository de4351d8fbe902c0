import type { WatchStatus } from "../watch/watch_status.ts";

/** What `/v1/status` says, and `/metrics` in numbers: plain JSON, without secrets. */
export interface Status extends WatchStatus {
  /** How many rules are in force. */
  readonly rules: number;
  /** Who follows the events and the alerts now. */
  readonly subscribers: { readonly events: number; readonly alerts: number };
  /** How many streams are open, and how many may be. */
  readonly streams: { readonly open: number; readonly most: number };
}
