import { assert, assertEquals } from "@std/assert";
import type { FormatName } from "../../../src/delivery/format/formats.ts";
import { assertGolden } from "../../support/golden.ts";
import { correlated, created } from "../../support/receivers/contents.ts";
import { bytesOf, LINK, requestOf, send } from "../../support/receivers/http_receiver.ts";
import { SIEM_RECEIVERS } from "../../support/receivers/siem_receivers.ts";

/** What a body has of the alert. */
interface Told {
  readonly id: string;
  readonly link: string;
  readonly cut?: true;
  readonly events: readonly { readonly event: { readonly note: string } }[];
}

/** The largest body of a format, in bytes, and where it has the alert. */
const LIMITS: readonly [format: FormatName, max: number, told: (body: string) => Told][] = [
  ["cloudevents", 65_536, (body) => JSON.parse(body).data],
  ["pagerduty", 512_000, (body) => JSON.parse(body).payload.custom_details.message],
  ["splunk-hec", 1_000_000, (body) => JSON.parse(body).event],
  ["datadog", 1_000_000, (body) => JSON.parse(body)[0].panoptes],
  ["elastic", 1_000_000, (body) => JSON.parse(JSON.parse(body.split("\n")[1]!).event.original)],
  ["sentinel", 65_536, (body) => JSON.parse(body)[0].Alert],
  ["ocsf", 65_536, (body) => JSON.parse(body).unmapped.panoptes],
];

/** What an event may be filled with: letters of several bytes, of several code points, and others. */
const FILLINGS = {
  plain: "x",
  "two bytes": "é",
  emoji: "😀",
  family: "👩‍👩‍👧‍👦",
  "right to left": "שלום\u202e",
  NUL: "\u0000",
  "half of a pair": "\ud800",
  "line separator": "\u2028",
  quotes: '"\\',
};

for (const [format, max, told] of LIMITS) {
  const bodyOf = (note: string) => requestOf(format, created({ note })).body;

  Deno.test(`the format ${format} cuts nothing up to its limit, and visibly cuts one byte above it`, async () => {
    const golden: Record<string, unknown> = {};
    for (const [name, filling] of Object.entries(FILLINGS)) {
      const size = bytesOf(bodyOf(filling)) - bytesOf(bodyOf(""));
      const count = Math.floor((max - bytesOf(bodyOf(""))) / size) - 1;
      const filled = filling.repeat(count);
      const rest = max - bytesOf(bodyOf(filled));
      for (const length of [rest - 1, rest]) {
        const note = filled + "x".repeat(length);
        const body = bodyOf(note);
        assertEquals(bytesOf(body), max - rest + length, name);
        assertEquals(told(body).cut, undefined, name);
        assertEquals(told(body).events[0]!.event.note, note.toWellFormed(), name);
      }
      const above = bodyOf(filled + "x".repeat(rest + 1));
      assert(bytesOf(above) <= max, name);
      const { id, link, cut, events } = told(above);
      assertEquals([cut, link], [true, LINK + id], name);
      const { note } = events[0]!.event;
      assert(note.startsWith(filling.toWellFormed()) && note.isWellFormed(), name);
      const { receiver, ...place } = SIEM_RECEIVERS[format]!;
      const change = () => above;
      assertEquals(
        (await send(format, created(), receiver, { ...place, change })).kind,
        "ok",
        name,
      );
      golden[name] = { bytes: bytesOf(above), note: Array.from(note).slice(-40).join("") };
    }
    await assertGolden(`limits/${format}`, golden);
  });
}

Deno.test("the format jsm says all in 15,000 characters, and visibly less if that is one too few", () => {
  const { alert, ...content } = correlated();
  const events = [..."abcd"].map((letter) => ({
    id: null,
    occurrence: 1,
    event: { event: "Login failed.", user: letter.repeat(900) },
  }));
  const descriptionOf = (description: string) => {
    const rule = {
      ...alert.rule,
      description,
      runbook: "😀".repeat(2_000),
      falsepositives: ["ש".repeat(4_000)],
    };
    const { body } = requestOf("jsm", {
      ...content,
      alert: { ...alert, rule, events, eventCount: events.length },
    });
    return JSON.parse(body).description as string;
  };
  const room = 15_000 - descriptionOf("x").length + 1;
  for (const length of [room - 1, room]) {
    assertEquals(descriptionOf("x".repeat(length)).length, 15_000 - room + length);
    assert(!descriptionOf("x".repeat(length)).includes("… cut"));
  }
  const less = descriptionOf("x".repeat(room + 1));
  assert(less.length <= 15_000 && less.includes("😀… cut") && less.includes("ש… cut"));
  assert(less.endsWith(LINK + alert.id));
});
