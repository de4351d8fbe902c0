import { assert, assertEquals } from "@std/assert";
import { endpointOf, HOUR, MINUTE, START } from "../watch/bench_of.ts";
import { BUSY, OK, VirtualDelivery } from "./virtual_delivery.ts";

/** A receiver that takes so many in each whole second. */
function perSecond(most: number) {
  const taken = new Map<number, number>();
  return (_: string, at: number) => {
    const second = Math.floor(at / 1_000);
    const count = taken.get(second) ?? 0;
    if (count >= most) return BUSY;
    taken.set(second, count + 1);
    return OK;
  };
}

/** A receiver with a bucket that is filled again at a rate. */
function bucket(size: number, perSecond: number) {
  let level = size;
  let filledAt = START;
  return (_: string, at: number) => {
    level = Math.min(size, level + (at - filledAt) / 1_000 * perSecond);
    filledAt = at;
    if (level < 1) return BUSY;
    level--;
    return OK;
  };
}

/** A receiver that takes so many within any second. */
function withinSecond(most: number) {
  const taken: number[] = [];
  return (_: string, at: number) => {
    if (taken.filter((one) => one > at - 1_000).length >= most) return BUSY;
    taken.push(at);
    return OK;
  };
}

/** A receiver that wants so long a distance between two messages that it accepts, in milliseconds. */
function apart(ms: number) {
  let last = -Infinity;
  return (_: string, at: number) => {
    if (at < last + ms) return BUSY;
    last = at;
    return OK;
  };
}

const short = { retryScheduleMs: [0, 1_000, 2_000] };

for (
  const [name, receiver] of [
    ["counts each second", () => perSecond(5)],
    ["has a bucket", () => bucket(5, 5)],
    ["looks back a second", () => withinSecond(5)],
  ] as const
) {
  for (
    const options of [{ latencyMs: 20 }, { latencyMs: 150 }, { latencyMs: 20, wakeLateMs: 45 }]
  ) {
    Deno.test(`a receiver that ${name}, takes 5 a second and else says 429, gets 300 messages within 70 s (${JSON.stringify(options)})`, async () => {
      using delivery = new VirtualDelivery([endpointOf("siem", short)], receiver(), options);
      delivery.queue("siem", 300);
      await delivery.run(MINUTE * 5);
      assertEquals(delivery.log.counts().messages, { delivered: 300 });
      assert(delivery.lastMs <= 70_000, `${delivery.lastMs} ms`);
    });
  }
}

Deno.test("the rate of a receiver that lets no two messages follow each other quickly is found, too", async () => {
  using delivery = new VirtualDelivery([endpointOf("siem", short)], apart(200));
  delivery.queue("siem", 300);
  await delivery.run(MINUTE * 5);
  assertEquals(delivery.log.counts().messages, { delivered: 300 });
  assert(delivery.lastMs <= 90_000, `${delivery.lastMs} ms`);
});

for (
  const [name, receiver] of [
    ["counts each second", () => perSecond(1)],
    ["wants a distance", () => apart(1_000)],
  ] as const
) {
  Deno.test(`10,000 messages to a receiver that ${name} and takes one of them take at most 10,500 posts and three hours`, async () => {
    using delivery = new VirtualDelivery(
      [endpointOf("siem", { retryScheduleMs: [0, 5_000, 300_000] })],
      receiver(),
    );
    delivery.queue("siem", 10_000);
    await delivery.run(4 * HOUR);
    assertEquals(delivery.log.counts().messages, { delivered: 10_000 });
    const { length } = delivery.posts;
    assert(length <= 10_500, `${length} posts`);
    assert(delivery.lastMs <= 3 * HOUR, `${delivery.lastMs / HOUR} hours`);
  });
}

Deno.test("a limit that is gone is forgotten: after ten minutes without 429, the rate doubles again and again", async () => {
  const limited = perSecond(1);
  const isLimited = (at: number) => at < START + 2 * MINUTE;
  using delivery = new VirtualDelivery(
    [endpointOf("siem")],
    (name, at) => isLimited(at) ? limited(name, at) : OK,
  );
  delivery.queue("siem", 3_000);
  await delivery.run(20 * MINUTE);
  assertEquals(delivery.log.counts().messages, { delivered: 3_000 });
  assert(delivery.lastMs < 14 * MINUTE, `${delivery.lastMs / MINUTE} minutes`);
});

Deno.test("maxPerMinute and maxInFlight of an endpoint are kept", async () => {
  let inFlight = 0;
  let most = 0;
  using delivery = new VirtualDelivery(
    [endpointOf("siem", { maxPerMinute: 30, maxInFlight: 3 })],
    () => {
      most = Math.max(most, ++inFlight);
      delivery.time.at(delivery.time.now + 900, () => inFlight--);
      return OK;
    },
    { latencyMs: 900 },
  );
  delivery.queue("siem", 100);
  await delivery.run(10 * MINUTE);
  assertEquals(delivery.log.counts().messages, { delivered: 100 });
  assertEquals(most, 3);
  const times = delivery.posts.map(({ at }) => at);
  for (const [n, at] of times.entries()) {
    assert(times.filter((other) => other >= at && other < at + MINUTE).length <= 30, `from ${n}`);
  }
});

Deno.test("when a backlog drains, the most serious messages are sent first, the longest due of a level first, and one of ten is the longest due of all", async () => {
  using delivery = new VirtualDelivery([endpointOf("siem", { maxInFlight: 1 })], () => OK);
  delivery.queue("siem", 60, "low");
  delivery.time.at(START + 1, () => delivery.queue("siem", 45, "high"));
  await delivery.time.run(START + 2);
  delivery.queue("siem", 9, "critical");
  await delivery.run(HOUR);
  const order = delivery.posts.map(({ webhookId }) => webhookId);
  assertEquals(order.length, 114);
  const ranks = order.map((id) => id.split("-")[0]!);
  assertEquals(ranks.slice(0, 9), Array(9).fill("critical"));
  assertEquals(order[9], "low-00000", "the longest due of all");
  assertEquals(ranks.slice(10, 19), Array(9).fill("high"));
  assertEquals(ranks.slice(0, 59).filter((rank) => rank === "low").length, 5);
  for (const level of ["critical", "high", "low"]) {
    const ofLevel = order.filter((id) => id.startsWith(level));
    assertEquals(ofLevel, ofLevel.toSorted());
  }
});
