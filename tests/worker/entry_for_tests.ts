/// <reference path="../../src/worker/cloudflare.d.ts" />
// The Worker, with control over its object: the alarm can be read and deleted, and the object can
// be killed at any time, whereas the harness evicts only an object without connections.
import { EventLogObject as Original } from "../../src/worker/event_log_object.ts";

export { default, LogDirectory } from "../../src/worker/mod.ts";

export class EventLogObject extends Original {
  alarmAt(): Promise<number | null> {
    return this.ctx.storage.getAlarm();
  }

  setAlarm(at: number): Promise<void> {
    return this.ctx.storage.setAlarm(at);
  }

  loseAlarm(): Promise<void> {
    return this.ctx.storage.deleteAlarm();
  }

  die(): void {
    this.ctx.abort("killed by a test");
  }
}
