import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { cloudevents } from "../../../src/delivery/format/cloudevents.ts";
import { created, folded } from "../../support/receivers/contents.ts";
import { bytesOf, requestOf } from "../../support/receivers/http_receiver.ts";

const MAX = 65_536;

Deno.test("the format cloudevents cuts nothing up to 64 KiB, and visibly cuts one byte above it", () => {
  const bodyOf = (length: number) =>
    requestOf("cloudevents", created({ note: "x".repeat(length) })).body;
  const room = MAX - bytesOf(bodyOf(0));
  for (const length of [room - 1, room]) {
    assertEquals(bytesOf(bodyOf(length)), MAX - room + length);
    assertEquals(JSON.parse(bodyOf(length)).data.cut, undefined);
  }
  const { id, data } = JSON.parse(bodyOf(room + 1));
  assertEquals(data.cut, true);
  assert(data.events[0].event.note.endsWith(`… cut, ${room + 1 - 4_096} more characters`));
  assertEquals([data.id, data.link], [id, `https://panoptes.example.com/#${id}`]);
});

Deno.test("the format cloudevents tells apart two sources, and an alert from the count of its repeats", () => {
  const of = (content: Parameters<typeof requestOf>[1], options = {}) => {
    const { id, source, type } = JSON.parse(requestOf("cloudevents", content, options).body);
    return { id, source, type };
  };
  const [alert, repeats] = [of(created()), of(folded(), { source: "https://eu.example.com/" })];
  assertEquals([alert.source, alert.type], ["/panoptes", "panoptes.alert.created"]);
  assertEquals([repeats.source, repeats.type], [
    "https://eu.example.com/",
    "panoptes.alert.folded",
  ]);
  assert(alert.id !== repeats.id);
});

Deno.test("the format cloudevents takes only a URI reference for its source", () => {
  for (const source of ["", "a b", "ü", "x".repeat(513), "%zz", 5]) {
    assert(!v.is(cloudevents.optionsSchema, { source }), String(source));
  }
});
