import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { cloudevents } from "../../../src/delivery/format/cloudevents.ts";
import { created, folded } from "../../support/receivers/contents.ts";
import { requestOf } from "../../support/receivers/http_receiver.ts";

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
