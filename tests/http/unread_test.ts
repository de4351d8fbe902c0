import { assert, assertEquals } from "@std/assert";
import { createGateway } from "../../src/http/gateway.ts";
import { createLogApp } from "../../src/http/log_app.ts";
import { StreamLimit } from "../../src/http/access/stream_limit.ts";
import { sha256 } from "../support/api_token.ts";
import { LogFixture } from "./log_fixture.ts";

const TOKEN = "an-admin-token";
const READERS_OF_EACH = 30;

/** What an answer may cost while nobody reads it: a chunk, and what a connection buffers. */
const MAX_UNREAD = 512 * 1024;

const ANSWERS: [path: string, accept: string][] = [
  ["/v1/events", "text/event-stream"],
  ["/v1/events", "application/x-ndjson"],
  ["/v1/events", "application/json"],
  ["/v1/invalid-events", "application/json"],
];

Deno.test("120 readers that never read cost a bounded number of bytes, hold places, and are closed", async () => {
  using fixture = new LogFixture();
  const events = Array.from({ length: 4_000 }, (_, n) => ({
    event: `Event ${n}`,
    user: "x".repeat(2_000),
    date: new Date(n * 1_000).toISOString(),
  }));
  const invalid = events.slice(0, 100).map((event) => ({
    value: `${event.event}${"x".repeat(100_000)}`,
    issues: [],
  }));
  fixture.log.transaction(() => {
    fixture.log.record(events, { now: 1 });
    fixture.log.keepInvalid(invalid, 1);
  });
  await fixture.recordEvents(1, 1);

  /** The bytes that were read from the log, by what for. */
  const made: Record<string, number> = {};
  const counted = <Row extends { body: string }>(what: string, rows: readonly Row[]) => {
    made[what] = rows.reduce((sum, { body }) => sum + body.length, made[what] ?? 0);
    return rows;
  };
  const { access } = fixture;
  const { read } = access.events;
  access.events.read = (...query) => {
    const reading = read.apply(access.events, query);
    counted("events", reading.entries);
    return reading;
  };
  const { invalidEvents } = access;
  access.invalidEvents = (...query) => [...counted("invalid", invalidEvents(...query))];

  const streams = new StreamLimit(200, fixture.clock);
  const app = createLogApp({
    log: access,
    streams,
    clock: fixture.clock,
    random: () => 0.5,
    report: (error) => fixture.reports.push(error),
  });
  const gateway = createGateway({
    sources: ["default"],
    tokens: [{ name: "admin", sha256: await sha256(TOKEN), scopes: ["admin"] }],
    clock: fixture.clock,
    backend: (request) => app.fetch(request),
    report: (error) => fixture.reports.push(error),
  });
  // Buffers of a Unix socket are small and of a fixed size; those of TCP grow to megabytes.
  const path = await Deno.makeTempFile({ suffix: ".sock" });
  await Deno.remove(path);
  await using _server = Deno.serve(
    { path, onListen: () => {} },
    (request) => gateway.fetch(request),
  );
  const connections: Deno.Conn[] = [];
  using _ended = {
    [Symbol.dispose]: () => connections.forEach((connection) => connection.close()),
  };
  for (let n = 0; n < READERS_OF_EACH; n++) {
    for (const [target, accept] of ANSWERS) {
      const connection = await Deno.connect({ transport: "unix", path });
      connections.push(connection);
      const head = `GET ${target} HTTP/1.1\r\nHost: panoptes.test\r\nAccept: ${accept}\r\n` +
        `Authorization: Bearer ${TOKEN}\r\n\r\n`;
      await connection.write(new TextEncoder().encode(head));
    }
  }

  await quiet(() => JSON.stringify([made, streams.counts().open]));
  assertEquals(streams.counts().open, READERS_OF_EACH * ANSWERS.length);
  assert(
    made["events"]! > 0 && made["events"]! < 3 * READERS_OF_EACH * MAX_UNREAD,
    `${made["events"]}`,
  );
  assert(
    made["invalid"]! > 0 && made["invalid"]! < READERS_OF_EACH * MAX_UNREAD,
    `${made["invalid"]}`,
  );

  // Those that close their connections give their places back; the others are closed in time.
  for (const connection of connections.splice(ANSWERS.length)) connection.close();
  await quiet(() => String(streams.counts().open));
  assertEquals(streams.counts().open, ANSWERS.length);
  await fixture.clock.pass(60_000);
  assertEquals([streams.counts().open, fixture.clock.pending], [0, 0]);
  assertEquals(fixture.reports, []);
});

/** Waits until nothing changes any more; the test ends in any case, when all has been made. */
async function quiet(state: () => string): Promise<void> {
  let before = "";
  for (let same = 0; same < 10;) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    same = state() === before ? same + 1 : 0;
    before = state();
  }
}
