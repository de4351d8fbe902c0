import { assert, assertEquals } from "@std/assert";
import * as fc from "fast-check";
import { type FormatName, formatOf } from "../../../src/delivery/format/formats.ts";
import { assertGolden } from "../../support/golden.ts";
import { anyContent } from "../../support/receivers/any_content.ts";
import { closed, CONTENTS } from "../../support/receivers/contents.ts";
import { requestOf, send, withServed } from "../../support/receivers/http_receiver.ts";
import { CHAT_RECEIVERS } from "../../support/receivers/chat_receivers.ts";
import { SIEM_RECEIVERS } from "../../support/receivers/siem_receivers.ts";
import { ticketReceiver } from "../../support/receivers/ticket.ts";
import { SAMPLE_OPTIONS } from "../../support/receivers/sample_options.ts";

for (
  const [name, { receiver, ...place }] of Object.entries({
    ...CHAT_RECEIVERS,
    ...SIEM_RECEIVERS,
    template: ticketReceiver,
  })
) {
  const format = name as FormatName;
  const { closes } = formatOf(format);
  const contents = Object.entries({ ...CONTENTS, ...(closes && { closed: closed() }) });

  Deno.test(`the format ${format} makes the requests in tests/testdata/formats/${format}.json`, async () => {
    const requests = contents.map(([kind, content]) => {
      const { body, ...request } = requestOf(format, content);
      const lines = body.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
      return [kind, { ...request, body: lines.length === 1 ? lines[0] : lines }];
    });
    await assertGolden(format, Object.fromEntries(requests));
  });

  Deno.test(`the receiver of ${format} accepts every kind of message over HTTP`, async () => {
    await withServed(receiver, async (post) => {
      for (const [kind, content] of contents) {
        const { kind: outcome, excerpt } = await post(format, content, place);
        assertEquals(outcome, "ok", `${kind}: ${excerpt}`);
      }
    });
  });

  Deno.test(`the receiver of ${format} accepts whatever an alert holds`, async () => {
    await fc.assert(
      fc.asyncProperty(anyContent, async (content) => {
        if (content.type === "alert.closed" && !closes) return;
        const { kind, excerpt } = await send(format, content, receiver, place);
        assertEquals(kind, "ok", excerpt);
      }),
      { numRuns: 60 },
    );
  });

  Deno.test(`the receiver of ${format} refuses a broken body, and the attempt says so`, async () => {
    const content = CONTENTS["created"]!;
    const broken: [string, (body: string) => string][] = [
      ["half a body", (body) => body.slice(0, body.length / 2)],
      ["no body", () => ""],
      ["an empty object", () => "{}"],
      ["half of a pair of surrogates", (body) => body.replace("Ana", "Ana \\ud83d")],
    ];
    for (const [what, change] of broken) {
      const { kind } = await send(format, content, receiver, { ...place, change });
      assertEquals(kind, "permanent", what);
    }
  });

  Deno.test(`the format ${format} makes the same request of the same content`, () => {
    for (const [_, content] of contents) {
      assertEquals(requestOf(format, content), requestOf(format, structuredClone(content)));
    }
  });

  Deno.test(`the format ${format} keeps its key out of what a receiver sends back`, async () => {
    const secrets = formatOf(format).secretsOf?.(SAMPLE_OPTIONS[format]) ?? [];
    const echo = async (request: Request) =>
      new Response(`${[...request.headers]} ${await request.text()}`.slice(0, 4_000), {
        status: 400,
      });
    const { excerpt = "" } = await send(format, CONTENTS["created"]!, echo, place);
    assert(excerpt !== "");
    for (const secret of secrets) assert(!excerpt.includes(secret));
  });
}
