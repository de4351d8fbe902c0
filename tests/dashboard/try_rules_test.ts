import { assertEquals } from "@std/assert";
import { tryRules } from "../../src/dashboard/try_rules.ts";

const RULE = `title: An account of the example is used
logsource: { product: thousandeyes, service: audit }
detection:
  selection: { user.email|endswith: "@example.org" }
  condition: selection
level: low
tests:
  - { name: a derived field, match: true, event: { user.email: ana@example.org } }
  - { name: the field that it is derived from, match: true, event: { user: Ana (ana@example.org) } }
`;

Deno.test("the tests in a rule have the same results in the page as in `rules build`", async () => {
  const { problems, complaints, tests } = await tryRules(
    RULE,
    [],
    () => Promise.resolve(undefined),
  );
  assertEquals([problems, complaints], [[], []]);
  assertEquals(tests.map(({ name, passed }) => [name, passed]), [
    ["a derived field", true],
    ["the field that it is derived from", true],
  ]);
});
