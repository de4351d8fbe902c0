import { assertEquals } from "@std/assert";
import { LogFixture } from "../log_fixture.ts";

Deno.test("a feed tells its subscribers 64 in each turn, and of what comes meanwhile once more", async () => {
  using fixture = new LogFixture();
  const feed = fixture.access.events;
  const told: number[] = Array.from({ length: 150 }, () => 0);
  const stops = told.map((_, index) => feed.onAppend(() => void told[index]!++));
  const counts = () => [told[0], told[63], told[64], told[127], told[128], told[149]];

  await fixture.recordEvents(1, 1);
  assertEquals(counts(), [1, 1, 0, 0, 0, 0]);
  await fixture.recordEvents(2, 3); // while they are being told
  assertEquals(counts(), [1, 1, 0, 0, 0, 0]);
  stops[149]!();
  await fixture.clock.pass(0);
  assertEquals(counts(), [2, 2, 2, 2, 2, 0]);

  stops[0]!();
  await fixture.recordEvents(4, 4);
  await fixture.clock.pass(0);
  assertEquals(counts(), [2, 3, 3, 3, 3, 0]);
});

Deno.test("a feed goes on telling its subscribers after one of them has failed, and reports the failure", async () => {
  using fixture = new LogFixture();
  const failure = new Error("a subscriber failed");
  const stop = fixture.access.events.onAppend(() => {
    throw failure;
  });
  await fixture.recordEvents(1, 1);
  assertEquals(fixture.reports, [failure]);
  stop();
  let told = 0;
  fixture.access.events.onAppend(() => void told++);
  await fixture.recordEvents(2, 2);
  assertEquals(told, 1);
});
