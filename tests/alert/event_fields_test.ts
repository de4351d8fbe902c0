import { assert, assertEquals } from "@std/assert";
import { EVENT_FIELDS } from "../../src/alert/event_fields.ts";
import { matchRules } from "../../src/alert/match_rules.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import { DOCUMENTED_MEMBERS } from "../../src/emulator/api_event.ts";
import { parseSigma } from "../../src/sigma/mod.ts";
import { withFields } from "../../tools/build_field_docs.ts";

/** An event with every field, made of the examples in the table. */
const EVENT = {
  ...Object.fromEntries(
    Object.entries(EVENT_FIELDS).flatMap(([name, facts]) =>
      "example" in facts && !name.includes(".") ? [[name, facts.example]] : []
    ),
  ),
  resources: [{
    type: EVENT_FIELDS["resources.type"].example,
    name: EVENT_FIELDS["resources.name"].example,
  }],
};

for (const [name, facts] of Object.entries(EVENT_FIELDS)) {
  const item = "example" in facts ? `${name}: '${facts.example}'` : `${name}|exists: true`;
  Deno.test(`a rule matches the field ${name} of an event`, () => {
    const { rules, filters } = parseSigma(`
title: One field
logsource: { product: thousandeyes, service: audit }
detection:
  selection:
    ${item}
  condition: selection
`);
    const { match } = matchRules({ rules, filters }, () => {});
    assertEquals(match(toSigmaEvent(EVENT)).length, 1);
    assertEquals(match(toSigmaEvent({})).length, 0);
  });
}

Deno.test("EVENT_FIELDS has every member that the API documents, and every derived field", () => {
  const known = Object.keys(EVENT_FIELDS);
  for (const name of DOCUMENTED_MEMBERS) assert(known.includes(name), name);
  const derived = Object.keys(toSigmaEvent(EVENT)).filter((name) => !Object.hasOwn(EVENT, name));
  assertEquals(
    known.filter((name) => "isDerived" in EVENT_FIELDS[name as keyof typeof EVENT_FIELDS]).sort(),
    derived.sort(),
  );
});

Deno.test("docs/fields.md has the table that `deno task fields:docs` writes", async () => {
  const docs = await Deno.readTextFile(new URL("../../docs/fields.md", import.meta.url));
  assertEquals(docs, withFields(docs));
});
