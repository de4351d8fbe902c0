/// <reference path="./cloudflare.d.ts" />
import type { DurableObjectNamespace } from "cloudflare:workers";

/** What the Worker calls on the object beside `fetch()`. */
export interface EventLogMethods {
  /** Sets the alarm again if it was lost or is wrong; returns what was found. */
  watchdog(): Promise<"ticking" | "set" | "lost" | "overdue" | "ahead">;
}

/** What the runtime passes in: the binding, and the variables and secrets that `readConfig()` reads. */
export interface Env extends Record<string, unknown> {
  /** The log. */
  EVENT_LOG: DurableObjectNamespace<EventLogMethods>;
}
