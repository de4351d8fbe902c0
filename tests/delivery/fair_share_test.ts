import { assert, assertEquals } from "@std/assert";
import { endpointOf, HOUR, START } from "../watch/bench_of.ts";
import { type Answer, OK, VirtualDelivery } from "./virtual_delivery.ts";

const MESSAGES = 250;
const healthy = Array.from({ length: 9 }, (_, n) => `healthy-${n}`);

/** How long the healthy endpoints need for their messages, in milliseconds, beside another one. */
async function timeBeside(other: Answer | undefined): Promise<number> {
  using delivery = new VirtualDelivery(
    [...healthy, "other"].map((name) => endpointOf(name)),
    (name) => name === "other" && other !== undefined ? other : OK,
    { latencyMs: 300 },
  );
  for (const name of healthy) delivery.queue(name, MESSAGES);
  if (other !== undefined) delivery.queue("other", MESSAGES);
  await delivery.run(HOUR);
  const posts = delivery.posts.filter(({ endpoint }) => endpoint !== "other");
  assertEquals(posts.length, healthy.length * MESSAGES);
  return Math.max(...posts.map(({ at }) => at)) - START;
}

let alone: Promise<number> | undefined;

for (
  const [what, answer] of [
    ["never answers", { kind: "retry", latencyMs: 15_000 }],
    ["answers after 10 s", { kind: "ok", status: 200, latencyMs: 10_000 }],
    ["fails at once", { kind: "retry", status: 500 }],
    ["refuses at once", { kind: "permanent", status: 401 }],
    ["is overloaded", { kind: "throttle", status: 503, latencyMs: 5_000 }],
  ] satisfies [string, Answer][]
) {
  Deno.test(`an endpoint that ${what} slows nine others by less than 5 %`, async () => {
    alone ??= timeBeside(undefined);
    const slowed = await timeBeside(answer) / await alone;
    assert(slowed < 1.05, `${slowed}`);
  });
}
