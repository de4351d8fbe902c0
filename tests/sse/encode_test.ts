import { assertEquals, assertThrows } from "@std/assert";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import fc from "fast-check";
import { encodeComment, encodeMessage, encodeRetry } from "../../src/sse/encode.ts";

/** Text full of what the format makes something of. */
const awkwardText = fc.array(
  fc.oneof(
    fc.constantFrom(
      "\r",
      "\n",
      "\r\n",
      "\u2028",
      "\u2029",
      "\0",
      "\uFEFF",
      ":",
      ": ",
      " ",
      "data:",
    ),
    fc.constantFrom("id: 9", "retry: 1", "event: x", "é", "\u{1F600}", '{"a":1}'),
    fc.string({ unit: "grapheme", maxLength: 8 }),
  ),
  { maxLength: 12 },
).map((parts) => parts.join(""));

const field = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 });

function parse(chunks: Iterable<Uint8Array>) {
  const messages: EventSourceMessage[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const parser = createParser({
    onEvent: (message) => messages.push(message),
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => retries.push(ms),
  });
  // Deno's decoder takes a BOM away at the head of every chunk, not of the first alone; the parser
  // does it right.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }));
  return { messages, comments, retries };
}

Deno.test("encodeMessage() survives a parser unchanged except for line ends, cut at every byte", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ id: field, event: field, data: awkwardText }), { maxLength: 4 }),
      (sent) => {
        const bytes = new TextEncoder().encode(
          encodeComment("welcome") + sent.map(encodeMessage).join(""),
        );
        const expected = sent.map(({ id, event, data }) => ({
          id,
          event,
          data: data.replaceAll(/\r\n|\r/g, "\n"),
        }));
        for (let cut = 0; cut <= bytes.length; cut++) {
          const { messages } = parse([bytes.subarray(0, cut), bytes.subarray(cut)]);
          assertEquals(messages, expected);
        }
        assertEquals(parse(Array.from(bytes, (byte) => Uint8Array.of(byte))).messages, expected);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("encodeMessage() keeps a line of one megabyte whole", () => {
  const data = JSON.stringify({ event: "x".repeat(1 << 20) });
  const bytes = new TextEncoder().encode(encodeMessage({ id: "a.1", event: "audit", data }));
  assertEquals(parse([bytes]).messages, [{ id: "a.1", event: "audit", data }]);
});

Deno.test("encodeMessage() keeps JSON with raw line ends equal as JSON", () => {
  const data = '{\r"a":\r\n1,\n"b":"\\r"}';
  const [message] = parse([new TextEncoder().encode(encodeMessage({ data }))]).messages;
  assertEquals(JSON.parse(message!.data), { a: 1, b: "\r" });
});

for (const name of ["id", "event"] as const) {
  for (const value of ["a\nb", "a\rb", "a\0b"]) {
    Deno.test(`encodeMessage() rejects ${JSON.stringify(value)} as ${name}`, () => {
      assertThrows(() => encodeMessage({ [name]: value, data: "" }), RangeError, name);
    });
  }
}

Deno.test("encodeComment() cannot be broken out of", () => {
  fc.assert(fc.property(awkwardText, (text) => {
    const { messages, retries } = parse([new TextEncoder().encode(encodeComment(text))]);
    assertEquals([messages, retries], [[], []]);
  }));
});

Deno.test("encodeRetry() writes digits only", () => {
  assertEquals(parse([new TextEncoder().encode(encodeRetry(1234.9))]).retries, [1234]);
});
