import { assert, assertEquals } from "@std/assert";
import { clientNetwork } from "../../../src/http/access/client_address.ts";
import {
  BURST,
  FailureGuard,
  type FailureReport,
  FailureTotals,
} from "../../../src/http/access/failed_authentications.ts";
import { createGateway } from "../../../src/http/gateway.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { sha256 } from "../../support/api_token.ts";

const TOKEN = "a-valid-token";
const OLD = "an-expired-token";

async function gateway() {
  const clock = new ManualClock();
  const told: FailureReport[] = [];
  const app = createGateway({
    tokens: [
      { name: "siem", sha256: await sha256(TOKEN), scopes: ["read"] },
      { name: "old", sha256: await sha256(OLD), scopes: ["read"], expires: 0 },
    ],
    sources: ["default"],
    clock,
    tell: (report) => Promise.resolve(told.push(report)),
    backend: () => new Response("from the backend"),
    report: () => {},
  });
  const ask = async (token: string | undefined, client = "192.0.2.7") => {
    const headers = {
      "CF-Connecting-IP": client,
      ...(token && { Authorization: `Bearer ${token}` }),
    };
    const response = await app.request("/v1/status", { headers });
    const retryAfter = response.headers.get("Retry-After");
    return retryAfter === null ? response.status : `${response.status} ${retryAfter}`;
  };
  const times = async (count: number, ask: () => Promise<unknown>) => {
    const answers = [];
    for (let n = 0; n < count; n++) answers.push(await ask());
    return answers;
  };
  return { clock, told, ask, times };
}

Deno.test("a client that fails ten times in a minute is throttled; a valid token from the same address is not", async () => {
  const { clock, ask, times } = await gateway();
  assertEquals(await times(10, () => ask("guess")), Array(10).fill(401));
  await clock.pass(15_000);
  assertEquals(await times(3, () => ask("guess")), Array(3).fill("429 45"));
  assertEquals(await ask(OLD), "429 45");
  assertEquals(await ask(TOKEN), 200);
  assertEquals(await ask("guess", "192.0.2.8"), 401);
  assertEquals(await ask(undefined), 401);
  await clock.pass(45_000);
  assertEquals(await ask("guess"), 401);
});

Deno.test("who sends no token at all has not failed, and an address that is not known is never throttled", async () => {
  const { ask, times, told } = await gateway();
  await times(100, () => ask(undefined));
  assertEquals(told, []);
  assertEquals(await times(100, () => ask("guess", "<script>")), Array(100).fill(401));
});

Deno.test("whoever has many addresses of one IPv6 network is one client", async () => {
  const { ask, times } = await gateway();
  let host = 1;
  const answers = await times(11, () => ask("guess", `2001:db8::${(host++).toString(16)}`));
  assertEquals(answers, [...Array(10).fill(401), "429 60"]);
  assertEquals(clientNetwork("2001:db8:1:2::3"), "2001:db8:1:2");
  assertEquals(clientNetwork("::ffff:192.0.2.7"), "0:0:0:0");
});

Deno.test("the memory of clients is bounded, and those of many addresses make only the oldest forgotten", () => {
  const clock = new ManualClock();
  const guard = new FailureGuard(clock);
  const isThrottled = (client: string) => guard.failed(client) !== undefined;
  for (let n = 0; n < 11; n++) isThrottled("first");
  for (let n = 0; n < 11; n++) isThrottled("second");
  for (let n = 0; n < 9_999; n++) isThrottled(`192.0.2.${n}`);
  assertEquals([isThrottled("second"), isThrottled("first")], [true, false]);
});

Deno.test("failures are told at most every ten seconds, each of them once", async () => {
  const { clock, ask, times, told } = await gateway();
  await times(3, () => ask("guess"));
  await ask(OLD);
  await clock.pass(9_999);
  await times(10, () => ask("guess"));
  assertEquals(told.map(({ failed }) => failed), [1]);
  await clock.pass(1);
  await ask(TOKEN); // any request brings what is left
  assertEquals(told.slice(1), [{
    failed: 13,
    throttled: 4,
    expired: ["old"],
    client: "192.0.2.7",
    keysFailed: false,
  }]);
});

Deno.test("twenty failures within five minutes are a burst, which is over when they are past", () => {
  const clock = new ManualClock();
  const totals = new FailureTotals(clock);
  const add = (failed: number, more: Partial<FailureReport> = {}) =>
    totals.add({ failed, throttled: 0, expired: [], client: null, keysFailed: false, ...more });
  const beganAt = clock.now();
  assertEquals([add(BURST.failures - 2), totals.burst()], [false, undefined]);
  clock.advance(60_000);
  assertEquals(add(2, { throttled: 1, expired: ["old"], client: "192.0.2.7" }), true);
  assertEquals(add(3), false);
  assertEquals(totals.burst(), {
    failed: 23,
    expired: ["old"],
    client: "192.0.2.7",
    since: beganAt,
  });
  clock.advance(BURST.minutes * 60_000 - 60_000);
  assertEquals(totals.burst(), undefined);
  const { failed, throttled, lastAt } = totals.counts();
  assertEquals([failed, throttled], [23, 1]);
  assert(lastAt !== null);
});
