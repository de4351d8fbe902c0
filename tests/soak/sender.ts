/**
 * The sender of a soak, in a process of its own, to be killed: the real log on disk, the real
 * dispatcher and real requests. Its argument is a `SenderJob` in JSON; a byte of input makes it rest
 * once its attempts have ended, which it says with a byte of output, and the next one go on.
 *
 * @module
 */
import * as v from "valibot";
import { attempt } from "../../src/delivery/attempt.ts";
import { OutboxDispatcher } from "../../src/delivery/dispatch_outbox.ts";
import { type EndpointConfig, EndpointSchema } from "../../src/delivery/endpoint.ts";
import { nextState } from "../../src/delivery/next_state.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import { systemClock } from "../../src/stream/clock.ts";

/** What a sender is started with. */
export interface SenderJob {
  /** The file of the log. */
  readonly path: string;
  readonly endpoints: readonly EndpointConfig[];
  /** Endpoints that are resumed at first, and whose dead letters are redelivered. */
  readonly repaired: readonly string[];
}

/** It looks again at least so often, in milliseconds. */
const LOOK_EVERY_MS = 100;

const job: SenderJob = JSON.parse(Deno.args[0] ?? "");
using sql = nodeSql(job.path);
const log = openLog(sql, { now: Date.now(), random: Math.random });
const dispatcher = new OutboxDispatcher({
  log,
  clock: systemClock,
  random: Math.random,
  endpoints: job.endpoints.map((endpoint) => v.parse(EndpointSchema, endpoint)),
  attempt: (message, endpoint, signal) =>
    attempt(message, endpoint, { clock: systemClock, ...(signal ? { signal } : {}) }),
});
for (const endpoint of job.repaired) {
  dispatcher.resume(endpoint);
  log.transaction(() => {
    for (const before of log.deliveries({ endpoint, state: "dead", limit: 1e6 })) {
      const now = systemClock.now();
      const after = nextState(before, { type: "redeliver", now });
      if (after !== undefined) log.saveMessage(before, after, now);
    }
  });
}
let isResting = false;
let goOn = () => {};
const order = new Uint8Array(1);
void (async () => {
  while (await Deno.stdin.read(order) !== null) {
    isResting = !isResting;
    goOn();
  }
})();
for (;;) {
  if (isResting) {
    while (dispatcher.inProgress > 0) await dispatcher.next();
    const next = Promise.withResolvers<void>();
    goOn = next.resolve;
    await Deno.stdout.write(order); // nothing is under way any more
    await next.promise;
  }
  const next = await dispatcher.step();
  const ms = (next ?? Infinity) - systemClock.now();
  if (dispatcher.inProgress === 0 && ms > 0) {
    await systemClock.wait(Math.min(ms, LOOK_EVERY_MS));
  }
}
