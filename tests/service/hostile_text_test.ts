// deno-lint-ignore-file no-control-regex -- control characters are what this is about
import { assert, assertEquals } from "@std/assert";
import { createParser } from "eventsource-parser";
import { FORMAT_NAMES, formatOf } from "../../src/delivery/format/formats.ts";
import { TEXT_CASES } from "../delivery/hostile/injection_cases.ts";
import { SAMPLE_OPTIONS } from "../support/receivers/sample_options.ts";
import { type FullRun, fullRun } from "./full_run.ts";

/** What JSON may not contain unescaped, or what readers of lines split at. */
const CONTROLS = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

let started: Promise<FullRun> | undefined;

/** One run, in which every text is the event, the user, a resource and more of one event. */
const run = () =>
  started ??= fullRun({
    events: TEXT_CASES.map(([text], n) => ({
      event: text,
      user: `${text} (${text})`,
      uid: String(n),
      accountGroupName: text,
      ipAddress: text,
      resources: [{ type: text, name: text }],
    })),
    endpoints: FORMAT_NAMES.map((format) => ({
      name: format,
      format,
      options: SAMPLE_OPTIONS[format],
      ...(formatOf(format).signs === "always" &&
        { secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }),
    })),
    answer: (_, body) => new Response(body, { status: 418 }),
    reads: /^\/(metrics|v1\/(events|alerts|status|deliveries|invalid-events))$/,
  });

const answerOf = async (request: string) => (await run()).answers.get(request) ?? "";
const jsonOf = async (path: string) =>
  JSON.parse(await answerOf(`GET ${path} as application/json`));

for (const [n, [text, source]] of TEXT_CASES.entries()) {
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
  const wellFormed = text.toWellFormed();

  Deno.test(`an event with the text ${shown} is one event with this text in every form (${source})`, async () => {
    const isThis = ({ event }: { event: { uid: string } }) => event.uid === String(n);
    const texts = ({ event }: { event: Record<string, string> }) => [
      event["event"]!.toWellFormed(),
      event["accountGroupName"]!.toWellFormed(),
      Object.keys(event).includes("forged"),
    ];
    const expected = [wellFormed, wellFormed, false];

    const { events } = await jsonOf("/v1/events");
    assertEquals(events.filter(isThis).map(texts), [expected]);

    const lines = await answerOf("GET /v1/events as application/x-ndjson");
    assertEquals(
      lines.trimEnd().split("\n").map((line) => JSON.parse(line)).filter(isThis).map(texts),
      [
        expected,
      ],
    );

    const messages: { event: Record<string, string> }[] = [];
    const parser = createParser({
      onEvent: ({ event, data }) => event === "audit" && messages.push({ event: JSON.parse(data) }),
    });
    parser.feed(await answerOf("GET /v1/events as text/event-stream"));
    assertEquals(messages.filter((message) => isThis(message as never)).map(texts), [expected]);
  });
}

Deno.test("texts of events make no line, frame or message of their own in any output", async () => {
  const { log, answers } = await run();
  assert(log.length > 0);
  for (const line of log) {
    assertEquals(typeof JSON.parse(line).what, "string");
    assert(!CONTROLS.test(line));
  }
  for (const [request, answer] of answers) {
    const split = answer.split(/[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/);
    const kind = request.split(" as ")[1];
    if (request.startsWith("GET /metrics")) {
      for (const line of split.filter(Boolean)) {
        assert(
          /^(# |panoptes_\w+(\{(\w+="[^"\n]*",?)+\})? [-+.\deE]+(NaN|Inf)?$)/.test(line),
          line,
        );
        assert(!line.startsWith("panoptes_forged"));
      }
    } else if (kind === "application/x-ndjson" && request.includes("/v1/events ")) {
      const rows = split.filter(Boolean).map((line) => JSON.parse(line));
      assertEquals(rows.length, TEXT_CASES.length);
    } else if (kind === "text/event-stream" && request.includes("/v1/events ")) {
      for (const line of split) {
        assert(
          line === "" ||
            /^(: |retry: \d+$|id: \w+\.\d+$|event: (ready|audit)$|data: \{)/.test(line),
          line.slice(0, 90),
        );
      }
      assertEquals(split.filter((line) => line === "event: audit").length, TEXT_CASES.length);
    }
  }
});

Deno.test("texts of events stay inside the bodies of messages, whatever their format", async () => {
  const { messages } = await run();
  assertEquals(new Set(messages.map(({ endpoint }) => endpoint)), new Set(FORMAT_NAMES));
  for (const { endpoint, headers, body } of messages) {
    for (const [name, value] of headers) {
      assert(/^[a-z-]+$/.test(name) && /^[ -~]*$/.test(value), `${name}: ${value}`);
      assert(!/forged/i.test(name + value));
    }
    assert(body.isWellFormed());
    for (const line of body.trimEnd().split("\n")) {
      assert(!CONTROLS.test(line), `${endpoint}: ${JSON.stringify(line.slice(0, 200))}`);
      assertEquals(typeof JSON.parse(line), "object");
    }
  }
});
