/// <reference path="../../src/worker/cloudflare.d.ts" />
// The Worker as it is, with a hand on its object: its alarm can be seen and lost, and it can be killed at once,
// whereas the harness evicts only an object that nobody is connected to.
import { EventLogObject as Original } from "../../src/worker/event_log_object.ts";

export { default } from "../../src/worker/mod.ts";

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
