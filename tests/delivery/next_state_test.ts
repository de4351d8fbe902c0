import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { nextState, type OutboxStep } from "../../src/delivery/next_state.ts";
import type { MessageState, OutboxMessage } from "../../src/store/outbox_message.ts";
import { newMessage } from "./new_message.ts";

const random = () => 0.5;
const MINUTE = 60_000;

const pending = newMessage("a1b2", "siem", 0);
const leased: OutboxMessage = {
  ...pending,
  state: "leased",
  attempt: 1,
  round: 1,
  dueAt: MINUTE,
  token: "t1",
};
const waiting: OutboxMessage = { ...leased, state: "waiting", dueAt: 5_000, token: null };
const dead: OutboxMessage = { ...leased, state: "dead", dueAt: null, token: null };
const messages = {
  pending,
  leased,
  waiting,
  delivered: { ...dead, state: "delivered" },
  dead,
  cancelled: { ...dead, state: "cancelled" },
} satisfies Record<MessageState, OutboxMessage>;

const steps = {
  lease: { type: "lease", now: 2 * MINUTE, token: "t2", leaseMs: MINUTE },
  ok: { type: "finish", now: 1_000, token: "t1", outcome: { kind: "ok" }, random },
  gone: {
    type: "finish",
    now: 1_000,
    token: "t1",
    outcome: { kind: "gone" },
    isFree: true,
    random,
  },
  retry: { type: "finish", now: 1_000, token: "t1", outcome: { kind: "retry" }, random },
  permanent: { type: "finish", now: 1_000, token: "t1", outcome: { kind: "permanent" }, random },
  throttle: {
    type: "finish",
    now: 1_000,
    token: "t1",
    outcome: { kind: "throttle" },
    isFree: true,
    notBefore: 61_000,
    random,
  },
  expire: { type: "expire", now: MINUTE, random },
  cancel: { type: "cancel" },
  redeliver: { type: "redeliver", now: 9_000 },
} satisfies Record<string, OutboxStep>;

/** The state after each step in each state; a step that is not listed changes nothing. */
const table: Record<MessageState, Partial<Record<keyof typeof steps, MessageState>>> = {
  pending: { lease: "leased", cancel: "cancelled", redeliver: "pending" },
  leased: {
    ok: "delivered",
    gone: "waiting",
    retry: "waiting",
    permanent: "waiting",
    throttle: "waiting",
    expire: "waiting",
    cancel: "cancelled",
  },
  waiting: { lease: "leased", cancel: "cancelled", redeliver: "pending" },
  delivered: { redeliver: "pending" },
  dead: { redeliver: "pending" },
  cancelled: { redeliver: "pending" },
};

for (const [from, message] of Object.entries(messages)) {
  for (const [name, step] of Object.entries(steps)) {
    const to = table[from as MessageState][name as keyof typeof steps];
    Deno.test(`nextState() turns ${from} into ${to ?? "nothing"} by ${name}`, () => {
      assertEquals(nextState(message, step)?.state, to);
    });
  }
}

Deno.test("nextState() leases nothing before it is due", () => {
  assertEquals(nextState(waiting, { ...steps.lease, now: 4_999 }), undefined);
  assert(nextState(waiting, { ...steps.lease, now: 5_000 }));
});

Deno.test("nextState() lets only the holder of the lease finish an attempt", () => {
  assertEquals(nextState(leased, { ...steps.ok, token: "t0" }), undefined);
  const expired = nextState(leased, steps.expire)!;
  assertEquals(nextState(expired, steps.ok), undefined);
});

Deno.test("nextState() accepts a late result if no other attempt has started", () => {
  assertEquals(nextState(leased, { ...steps.ok, now: 10 * MINUTE })?.state, "delivered");
});

Deno.test("nextState() does not let a lease expire early", () => {
  assertEquals(nextState(leased, { ...steps.expire, now: MINUTE - 1 }), undefined);
});

Deno.test("nextState() counts no attempt for which only the endpoint is to blame, and waits as long as it has to", () => {
  assertEquals(nextState(leased, steps.retry)?.dueAt, 1_000 + 5_000);
  const free = nextState(leased, steps.throttle)!;
  assertEquals([free.dueAt, free.attempt, free.round], [61_000, 1, 0]);
  const last = { ...leased, round: 10, attempt: 99 };
  assertEquals(nextState(last, steps.throttle)?.state, "waiting");
});

Deno.test("nextState() makes two more tries of a message that was refused for good, spaced, and then gives it up", () => {
  const times: (number | null)[] = [];
  let message = leased;
  for (let refusal = 1; refusal <= 3; refusal++) {
    message = nextState(message, { ...steps.permanent, token: message.token! })!;
    times.push(message.dueAt);
    if (message.state !== "waiting") break;
    message = { ...message, state: "leased", round: message.round + 1, token: "t1" };
  }
  assertEquals(times, [1_000 + 5 * MINUTE, 1_000 + 60 * MINUTE, null]);
  assertEquals([message.state, message.refused], ["dead", 3]);
});

Deno.test("nextState() gives up a message after the last attempt of the schedule", () => {
  const last = { ...leased, round: 2, attempt: 7 };
  assertEquals(nextState(last, { ...steps.retry, schedule: [0, 1, 2] })?.state, "waiting");
  assertEquals(nextState(last, { ...steps.retry, schedule: [0, 1] }), {
    ...last,
    state: "dead",
    dueAt: null,
    token: null,
  });
});

Deno.test("nextState() gives up a message whose every attempt is lost: it may be what kills the sender", () => {
  const last = { ...leased, round: 10 };
  assertEquals(nextState(last, steps.expire)?.state, "dead");
});

Deno.test("nextState() redelivers under the same webhook-id, with a new schedule and a continued count", () => {
  assertEquals(nextState({ ...dead, attempt: 10, round: 10 }, steps.redeliver), {
    id: 1,
    webhookId: "a1b2",
    endpoint: "siem",
    state: "pending",
    attempt: 10,
    round: 0,
    refused: 0,
    dueAt: 9_000,
    token: null,
    createdAt: 0,
    queuedAt: 9_000,
    updatedAt: 0,
  });
});

// The model: a few messages, one sender that may be killed at any moment, and a receiver.

const kind = fc.constantFrom("ok", "retry", "throttle", "permanent", "gone", "lost" as const);
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("work" as const), kind, takesMs: fc.nat(200_000) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("sleep" as const), ms: fc.nat(90_000_000) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("redeliver" as const), which: fc.nat(2) }) },
);
const LEASE = 60_000;

Deno.test("nextState() loses no message: each has ended or is due, under one webhook-id, with its attempts counted", () => {
  fc.assert(
    fc.property(
      fc.array(action, { maxLength: 120 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (actions, chance) => {
        const random = () => chance;
        const outbox = ["a", "b", "c"].map((id) => newMessage(id, "siem", 0));
        const reports: { at: number; index: number; token: string; kind: string }[] = [];
        const sent: string[] = [];
        let now = 0;
        let tokens = 0;

        const apply = (index: number, step: OutboxStep): boolean => {
          const before = outbox[index]!;
          const after = nextState(before, step);
          if (!after) return false;
          outbox[index] = after;
          assertEquals([after.webhookId, after.endpoint], [before.webhookId, before.endpoint]);
          assertEquals(after.attempt, before.attempt + (step.type === "lease" ? 1 : 0));
          assertEquals(after.token !== null, after.state === "leased");
          const ended = ["delivered", "dead", "cancelled"].includes(after.state);
          assertEquals(after.dueAt === null, ended);
          if (!ended && step.type !== "cancel") assert(after.dueAt! >= step.now);
          assert(after.round >= 0 && after.round <= 10 && after.round <= after.attempt);
          return true;
        };
        const report = () => {
          for (const { index, token, kind, at } of reports.splice(0)) {
            if (at > now) reports.push({ index, token, kind, at });
            else {
              apply(index, {
                type: "finish",
                now,
                token,
                outcome: { kind: kind as "ok" },
                isFree: kind === "throttle" || kind === "gone",
                random,
              });
            }
          }
        };

        for (const action of actions) {
          if (action.do === "sleep") {
            now += action.ms;
            report();
          } else if (action.do === "cancel") apply(action.which, { type: "cancel" });
          else if (action.do === "redeliver") apply(action.which, { type: "redeliver", now });
          else {
            for (let index = 0; index < outbox.length; index++) {
              if ((outbox[index]!.dueAt ?? Infinity) > now) continue;
              if (apply(index, { type: "expire", now, random })) continue;
              const token = `t${++tokens}`;
              assert(apply(index, { type: "lease", now, token, leaseMs: LEASE }));
              assertEquals(outbox[index]!.token, token);
              sent.push(`${outbox[index]!.webhookId}#${outbox[index]!.attempt}`);
              if (action.kind !== "lost") {
                reports.push({ index, token, kind: action.kind, at: now + action.takesMs });
              }
            }
          }
        }
        assertEquals(new Set(sent).size, sent.length, "an attempt's number was used twice");

        // With a receiver that never answers, every message ends.
        for (let turns = 0; outbox.some(({ dueAt }) => dueAt !== null); turns++) {
          assert(turns < 100, "a message is due for ever");
          now = Math.max(now, Math.min(...outbox.map(({ dueAt }) => dueAt ?? Infinity)));
          for (let index = 0; index < outbox.length; index++) {
            if ((outbox[index]!.dueAt ?? Infinity) > now) continue;
            const expired = apply(index, { type: "expire", now, random });
            if (!expired) {
              assert(
                apply(index, { type: "lease", now, token: `t${++tokens}`, leaseMs: LEASE }),
              );
            }
          }
        }
        // And each of them can be sent again.
        for (let index = 0; index < outbox.length; index++) {
          assert(apply(index, { type: "redeliver", now }));
          assertEquals(outbox[index]!.webhookId, "abc"[index]);
        }
      },
    ),
    { numRuns: 300 },
  );
});
