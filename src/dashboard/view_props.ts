import type { Alert } from "../alert/alert.ts";
import type { Status } from "../http/log_access.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { FeedLog } from "./feed_log.ts";
import type { Polled } from "./polled.ts";

/** What every view is given. */
export interface ViewProps {
  /** The events. */
  readonly events: FeedLog<"event", UserEvent>;
  /** The alerts. */
  readonly alerts: FeedLog<"alert", Alert>;
  /** The status, asked for every few seconds. */
  readonly status: Polled<Status>;
}
