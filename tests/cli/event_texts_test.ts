import { assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { eventTexts } from "../../src/cli/input/event_texts.ts";

/** A stream of bytes in pieces of the given lengths, over and over. */
function inPieces(text: string, lengths: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  let turn = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      const end = at + (lengths[turn++ % lengths.length] ?? bytes.length);
      controller.enqueue(bytes.slice(at, end));
      at = end;
    },
  });
}

async function read(text: string, lengths: readonly number[] = [1_000], maxLength?: number) {
  return await Array.fromAsync(eventTexts(inPieces(text, lengths), maxLength));
}

const pieces = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 });
const objects = fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), {
  maxLength: 6,
});

Deno.test("eventTexts() gives every item of a JSON array, however its bytes are cut", async () => {
  await fc.assert(fc.asyncProperty(objects, pieces, fc.nat(3), async (events, lengths, space) => {
    const texts = await read(`\n ${JSON.stringify(events, null, space)}\n`, lengths);
    assertEquals(texts.map(({ text }) => JSON.parse(text)), events);
    assertEquals(texts.map(({ number }) => number), events.map((_, index) => index + 1));
  }));
});

Deno.test("eventTexts() gives every line that is not blank with its number, however its bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      objects,
      pieces,
      fc.constantFrom("\n", "\r\n"),
      async (events, lengths, end) => {
        const texts = await read(
          events.map((event) => JSON.stringify(event)).join(end + end),
          lengths,
        );
        assertEquals(texts.map(({ text }) => JSON.parse(text)), events);
        assertEquals(texts.map(({ number }) => number), events.map((_, index) => 2 * index + 1));
      },
    ),
  );
});

Deno.test("eventTexts() gives every object that goes over several lines, however its bytes are cut", async () => {
  const several = fc.array(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { minKeys: 1 }),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  await fc.assert(
    fc.asyncProperty(
      several,
      pieces,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom("\n", "\n\n", ",\n", "\r\n"),
      async (events, lengths, space, between) => {
        const written = events.map((event) => JSON.stringify(event, null, space));
        const texts = await read(`\n${written.join(between)}\n`, lengths);
        assertEquals(texts.map(({ text }) => JSON.parse(text)), events);
        const first = written[0]!.split("\n").length + 1 + between.split("\n").length - 1;
        assertEquals(
          texts.slice(0, 2).map(({ number }) => number),
          [2, first].slice(0, texts.length),
        );
      },
    ),
  );
});

Deno.test("eventTexts() gives the objects after one that is cut off", async () => {
  const [a, b] = [{ a: { x: [1, { y: 2 }] } }, { b: ["{", "}"] }];
  const cut = JSON.stringify(a, null, 2).slice(0, 30);
  const texts = await read(`${cut}\n${JSON.stringify(b, null, 2)}\n${JSON.stringify(a)}\n`);
  assertEquals(texts.map(({ number }) => number), [1, 5, 11]);
  assertEquals(texts.slice(1).map(({ text }) => JSON.parse(text)), [b, a]);
});

Deno.test("eventTexts() reads a log whose first line is cut off line by line", async () => {
  for (const first of [`{"f": {`, `{"f": "x`, `{"f":`, `{"f": 1,`, `{"f": {"g": 1}`]) {
    const texts = await read(`${first}\n{"f": 2}\n{"f": 3}\n`);
    assertEquals(texts.map(({ number }) => number), [1, 2, 3], first);
  }
});

Deno.test("eventTexts() lets a bad item affect no other", async () => {
  const items = async (text: string) => (await read(text)).map((item) => item.text.trim());
  assertEquals(await items(`[{"a":1}, x y, {"b":[1,2]}]`), [`{"a":1}`, "x y", `{"b":[1,2]}`]);
  assertEquals(await items("[]"), []);
  assertEquals(await items("[ {} , ]"), ["{}"]);
  assertEquals(await items("[{},,{}]"), ["{}", "", "{}"]);
  assertEquals(await items(`[{"a":1}] {"b":2}`), [`{"a":1}`, `{"b":2}`]);
});

Deno.test("eventTexts() gives the items of an incomplete JSON array, and then says that it is incomplete", async () => {
  const read: string[] = [];
  await assertRejects(
    async () => {
      const cut = inPieces(`[{"a":1}, {"b":`, [1_000]);
      for await (const { text } of eventTexts(cut)) read.push(text.trim());
    },
    RangeError,
    "the JSON array is incomplete",
  );
  assertEquals(read, [`{"a":1}`, `{"b":`]);
});

Deno.test("eventTexts() reads lines that begin with a bracket, such as those of a plain log, as lines", async () => {
  const texts = await read(`[2024-01-01] started\n{"a":1}\n`);
  assertEquals(texts.map(({ number }) => number), [1, 2]);
});

Deno.test("eventTexts() reads nothing from empty input", async () => {
  for (const text of ["", " ", "\n\n", "\ufeff"]) assertEquals(await read(text, [1]), []);
});

Deno.test("eventTexts() refuses an event longer than the maximum before it has read all of it", async () => {
  for (const open of ["", "["]) {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        const text = pulled++ === 0 ? `${open}{"a":"` : "x".repeat(100);
        controller.enqueue(new TextEncoder().encode(text));
      },
    });
    await assertRejects(
      () => Array.fromAsync(eventTexts(endless, 1_000)),
      RangeError,
      "longer than 1000",
    );
    assertEquals(pulled < 40, true);
  }
});

Deno.test("eventTexts() cancels its source when nobody wants more", async () => {
  let cancelled = false;
  const source = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode(`{"a":1}\n`)),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const { number } of eventTexts(source)) if (number === 3) break;
  assertEquals(cancelled, true);
});
