import { assert, assertEquals } from "@std/assert";
import { RequestShare } from "../../../src/http/access/request_share.ts";
import { StreamLimit } from "../../../src/http/access/stream_limit.ts";
import { tokenUse } from "../../../src/http/access/token_use.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { LogFixture } from "../log_fixture.ts";

const reader = (name: string) => ({ name, isAdmin: false });
const admin = (name: string) => ({ name, isAdmin: true });

/** Asks `count` times and returns how often it was answered. */
function answered(share: RequestShare, holder: ReturnType<typeof reader>, count: number): number {
  return Array.from({ length: count }, () => share.take(holder))
    .filter((refusal) => refusal === undefined).length;
}

Deno.test("one token may make half of the requests of a minute, and a tenth is kept for admin", () => {
  const clock = new ManualClock(0);
  const share = new RequestShare(100, clock);
  const script = answered(share, reader("script"), 1_000);
  const siem = answered(share, reader("siem"), 1_000);
  const operator = answered(share, admin("operator"), 1_000);
  assertEquals({ script, siem, operator }, { script: 45, siem: 45, operator: 10 });
  assertEquals(tokenUse(new StreamLimit(1, clock), share), [
    { name: "operator", streams: 0, streamsRefused: 0, requests: 10, requestsRefused: 990 },
    { name: "script", streams: 0, streamsRefused: 0, requests: 45, requestsRefused: 955 },
    { name: "siem", streams: 0, streamsRefused: 0, requests: 45, requestsRefused: 955 },
  ]);
});

Deno.test("a token that comes has its part within a minute, however much the others ask", () => {
  const clock = new ManualClock(0);
  const share = new RequestShare(100, clock);
  const minute = () => {
    const made = ["a", "b", "c"].map((name) => answered(share, reader(name), 1_000));
    clock.advance(60_000);
    return made;
  };
  minute();
  assertEquals(minute(), [30, 30, 30]);
  clock.advance(120_000);
  assertEquals(answered(share, reader("a"), 1_000), 45); // the others are gone
});

Deno.test("an administrator who is alone may make all requests of a minute", () => {
  const share = new RequestShare(100, new ManualClock(0));
  assertEquals(answered(share, admin("operator"), 1_000), 100);
});

Deno.test("a refused request is answered 429, with whose limit it is and when to try again; an event stream is not counted", async () => {
  using fixture = new LogFixture();
  fixture.shares.take = () => ({ refused: "The token siem has made its part", retryAfter: 40 });
  const refused = await fixture.request("/v1/status");
  const { code, detail } = await refused.json();
  assertEquals([refused.status, refused.headers.get("Retry-After"), code, detail], [
    429,
    "40",
    "too_many_requests",
    "The token siem has made its part",
  ]);
  const stream = await fixture.request("/v1/events", { headers: { Accept: "text/event-stream" } });
  assertEquals(stream.status, 200);
  await stream.body?.cancel();

  const clock = new ManualClock(20_000);
  const one = new RequestShare(2, clock);
  one.take(reader("siem"));
  const refusal = one.take(reader("siem"));
  assertEquals(refusal?.retryAfter, 40);
  assert(refusal?.refused.includes("siem"));
});
