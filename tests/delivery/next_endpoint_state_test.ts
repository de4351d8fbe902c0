import { assertEquals } from "@std/assert";
import {
  isFree,
  newEndpointState,
  nextEndpointState,
  resumed,
} from "../../src/delivery/next_endpoint_state.ts";
import type { Outcome } from "../../src/delivery/outcome.ts";
import type { EndpointState } from "../../src/store/endpoint_state.ts";

const fresh = newEndpointState("siem", "1f");
const MINUTE = 60_000;

function outcome(status: number, kind: Outcome["kind"], at: number, more = {}): Outcome {
  return { kind, code: "answered", status, at, durationMs: 1, ...more };
}

/** What is known after attempts that each begin and end at their `at`. */
function after(outcomes: readonly Outcome[], random = 0): EndpointState {
  return outcomes.reduce(
    (state, one) => nextEndpointState(state, one, { now: one.at, random: () => random }),
    fresh,
  );
}

Deno.test("nextEndpointState() pauses an endpoint after three failures in a row, and a success ends that", () => {
  const failures = [0, 1, 2].map((at) => outcome(500, "retry", at));
  assertEquals(after(failures.slice(0, 2)).state, "healthy");
  const paused = after(failures);
  assertEquals([paused.state, paused.since, paused.holdUntil], ["paused", 0, 5_002]);
  const healthy = after([...failures, outcome(204, "ok", 5_002)]);
  assertEquals([healthy.state, healthy.failures, healthy.holdUntil], ["healthy", 0, null]);
  assertEquals([healthy.succeededAt, healthy.attempts], [5_002, { retry: 3, ok: 1 }]);
  assertEquals(
    after([failures[0]!, failures[1]!, outcome(200, "ok", 2), failures[2]!]).failures,
    1,
  );
});

for (const status of [301, 400, 401, 403, 404, 405, 413, 415, 422]) {
  Deno.test(`nextEndpointState() takes ${status} for failing at once`, () => {
    const { state, answer } = after([outcome(status, "permanent", 7)]);
    assertEquals([state, answer?.status], ["failing", status]);
  });
}

Deno.test("nextEndpointState() probes after 5 s, and after twice as long each time, up to 5 minutes", () => {
  let state = after([0, 1, 2].map((at) => outcome(500, "retry", at)));
  const waits: number[] = [];
  for (let probe = 0; probe < 9; probe++) {
    const at = state.holdUntil!;
    waits.push(at - state.failedAt!);
    state = nextEndpointState(state, outcome(500, "retry", at), { now: at, random: () => 0 });
  }
  assertEquals(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300].map((seconds) => seconds * 1_000));
  const jittered = nextEndpointState(state, outcome(500, "retry", state.holdUntil!), {
    now: state.holdUntil!,
    random: () => 1,
  });
  assertEquals(jittered.holdUntil! - state.holdUntil!, 240_000);
});

Deno.test("nextEndpointState() leaves an endpoint alone as long as it asks for, from a second to an hour", () => {
  const held = (retryAfterMs?: number) =>
    after([outcome(429, "throttle", 0, retryAfterMs === undefined ? {} : { retryAfterMs })])
      .holdUntil;
  assertEquals([held(2_500), held(0), held(1e15)], [2_500, 1_000, 60 * MINUTE]);
  assertEquals(held(), 5_000);
});

Deno.test("nextEndpointState() learns nothing from an attempt that began before the endpoint was left alone", () => {
  const held = after([outcome(429, "throttle", 10, { retryAfterMs: 3_000 })]);
  for (
    const late of [outcome(200, "ok", 9), outcome(429, "throttle", 9), outcome(500, "retry", 9)]
  ) {
    const { state, holdUntil, failures } = nextEndpointState(held, late, {
      now: 5_000,
      random: () => 0,
    });
    assertEquals([state, holdUntil, failures], ["throttled", held.holdUntil, 1]);
  }
});

Deno.test("nextEndpointState() takes attempts that fail together for one failure", () => {
  let state = fresh;
  for (const now of [100, 101, 102, 103]) {
    state = nextEndpointState(state, outcome(500, "retry", 50), { now, random: () => 0 });
  }
  assertEquals([state.state, state.failures], ["healthy", 1]);
});

Deno.test("nextEndpointState() disables an endpoint that answers 410, whatever comes later", () => {
  const disabled = after([outcome(410, "gone", 0), outcome(200, "ok", 5)]);
  assertEquals([disabled.state, disabled.answer?.status], ["disabled", 410]);
  const again = resumed(disabled, "2a");
  assertEquals([again.state, again.settings, again.failures], ["healthy", "2a", 0]);
});

Deno.test("nextEndpointState() puts the answer on one line", () => {
  const { answer } = after([outcome(400, "permanent", 0, { excerpt: " no\r\n\u001b[2J_text " })]);
  assertEquals(answer?.excerpt, "no [2J_text");
});

Deno.test("isFree() blames the endpoint alone for throttling, for 410, for what was not sent, and for failed probes", () => {
  const paused = after([0, 1, 2].map((at) => outcome(500, "retry", at)));
  assertEquals(isFree(outcome(429, "throttle", 0), fresh), true);
  assertEquals(isFree(outcome(410, "gone", 0), fresh), true);
  assertEquals(isFree({ kind: "permanent", code: "misconfigured" }, fresh), true);
  assertEquals(isFree(outcome(500, "retry", 0), paused), true);
  assertEquals(isFree(outcome(500, "retry", 0), fresh), false);
  assertEquals(isFree(outcome(400, "permanent", 0), paused), false);
});
