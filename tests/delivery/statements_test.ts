import { assert, assertEquals } from "@std/assert";
import { endpointOf, HOUR } from "../watch/bench_of.ts";
import { type Answer, OK, VirtualDelivery } from "./virtual_delivery.ts";

const MESSAGES = 100;
/** With receivers that answer at different times, each attempt has a round of its own. */
const LATENCIES = [17, 23, 31, 41, 53];

/** How many statements each attempt needs on average, of which a share of the endpoints fails. */
async function statementsPerAttempt(endpoints: number, failing: number): Promise<number> {
  const names = Array.from({ length: endpoints }, (_, n) => `${n < failing ? "bad" : "good"}-${n}`);
  let count = 0;
  const answerOf = (name: string): Answer =>
    name.startsWith("bad")
      ? { kind: "retry", status: 500 }
      : { ...OK, latencyMs: LATENCIES[++count % LATENCIES.length] ?? 0 };
  using delivery = new VirtualDelivery(names.map((name) => endpointOf(name)), answerOf);
  for (const name of names) delivery.queue(name, MESSAGES);
  const { sql } = delivery;
  const { all, run } = sql;
  let statements = 0;
  sql.all = (...call) => (statements++, all(...call));
  sql.run = (...call) => (statements++, run(...call));
  await delivery.run(HOUR);
  return statements / delivery.posts.length;
}

Deno.test("an attempt needs no more statements the more endpoints there are, failing ones or not", async () => {
  const few = await statementsPerAttempt(3, 0);
  for (const [endpoints, failing] of [[30, 0], [30, 9], [90, 0]] as const) {
    const more = await statementsPerAttempt(endpoints, failing);
    assertEquals(Math.round(more), Math.round(few), `${endpoints} endpoints, ${failing} failing`);
  }
  assert(few < 11, `${few}`);
});
