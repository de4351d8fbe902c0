import { assert, assertEquals } from "@std/assert";
import { StreamLimit } from "../../../src/http/access/stream_limit.ts";
import { LogFixture } from "../log_fixture.ts";

const STREAMS = 1_000;
/** workerd takes so many writes of a stream ahead of its connection. */
const WRITES_AHEAD = 16;
const MAX_WRITTEN = 8 * 1_024 * 1_024 / STREAMS;
/** What was written, and what was read to write more. */
const MAX_READ = MAX_WRITTEN + 8 * 1_024;

const FORMS = [
  ["SSE", "/v1/events", "text/event-stream"],
  ["NDJSON", "/v1/events", "application/x-ndjson"],
  ["JSON", "/v1/events?limit=5000", "application/json"],
] as const;

for (const [form, path, accept] of FORMS) {
  Deno.test(`a stalled reader of ${form} among 1,000 readers: no more than 8 KB is written ahead, and 16 KB read`, async () => {
    using fixture = new LogFixture();
    const streams = new StreamLimit(STREAMS, fixture.clock);
    fixture.streams.acquire = (holder) => streams.acquire(holder);
    const others = Array.from({ length: STREAMS - 1 }, (_, n) => ({ name: `${n}`, isAdmin: true }));
    for (const other of others) await streams.acquire(other);
    await fixture.recordEvents(1, 5_000);

    let bytesRead = 0;
    const { events } = fixture.access;
    const { read } = events;
    events.read = (...query) => {
      const reading = read.apply(events, query);
      bytesRead += reading.entries.reduce((sum, { body }) => sum + body.length, 0);
      return reading;
    };
    const response = await fixture.request(path, { headers: { accept }, isAdmin: true });
    const reader = response.body!.getReader();
    let bytesWritten = 0;
    for (let write = 0; write < WRITES_AHEAD; write++) {
      bytesWritten += (await reader.read()).value!.length;
    }
    const after = bytesRead;
    await fixture.recordEvents(5_001, 5_100);
    await reader.cancel();
    assert(bytesWritten > 0 && bytesWritten <= MAX_WRITTEN, `${bytesWritten} bytes were written`);
    assert(bytesRead > 0 && bytesRead <= MAX_READ, `${bytesRead} bytes were read`);
    assertEquals(bytesRead, after); // nothing is read for it when others receive what is new
  });
}
