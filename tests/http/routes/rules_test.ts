import { assertEquals, assertStringIncludes } from "@std/assert";
import { sealBundle } from "../../../src/alert/rule_bundle.ts";
import { MAX_BUNDLE_BYTES } from "../../../src/http/routes/rules.ts";
import { bundleOf } from "../../support/bundle_of.ts";
import { LogFixture } from "../log_fixture.ts";

const BUNDLE = bundleOf(`
title: Logout
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
logsource: { product: thousandeyes }
detection: { words: { event: Logout. }, condition: words }
`);

const put = (fixture: LogFixture, body: BodyInit) =>
  fixture.request("/v1/rules", { method: "PUT", body, name: "ana", isAdmin: true });

Deno.test("PUT /v1/rules puts a bundle in force, GET shows it, and DELETE goes back", async () => {
  using fixture = new LogFixture();
  const response = await put(fixture, JSON.stringify(BUNDLE));
  const state = await response.json();
  assertEquals([response.status, state.revision, state.source], [200, BUNDLE.revision, "uploaded"]);
  assertEquals([state.uploadedBy, state.rules], ["ana", 1]);
  const shown = await (await fixture.app.request("/v1/rules")).json();
  assertEquals({ ...shown, rules: shown.rules.length }, { ...state, disabled: [] });
  assertEquals(shown.rules[0].title, "Logout");
  const back = await (await fixture.app.request("/v1/rules", { method: "DELETE" })).json();
  assertEquals([back.source, back.uploadedBy, back.rules], ["bundled", null, 0]);
});

Deno.test("GET /v1/rules says how many alerts each rule has made, and when the last", async () => {
  using fixture = new LogFixture();
  const rule = { name: null, title: "", level: null, status: null, description: null, tags: [] };
  fixture.access.rules = () => [{ ...rule, id: "rule-1" }];
  fixture.access.disabledRules = () => [{ ...rule, id: "rule-2" }];
  fixture.queueAlert("a");
  fixture.queueAlert("b");
  const { rules, disabled } = await (await fixture.request("/v1/rules")).json();
  const shown = [...rules, ...disabled].map((
    { id, alerts, lastAlertAt }: Record<string, unknown>,
  ) => [id, alerts, lastAlertAt]);
  assertEquals(shown, [["rule-1", 2, "2026-11-23T10:00:00.000Z"], ["rule-2", 0, null]]);
});

Deno.test("GET /v1/rules/:id/source returns the file of a rule where the bundle has it", async () => {
  using fixture = new LogFixture();
  const read = (id: string) => fixture.request(`/v1/rules/${encodeURIComponent(id)}/source`);
  const { id = "" } = BUNDLE.rules[0] ?? {};
  await put(fixture, JSON.stringify(BUNDLE));
  assertEquals(await (await read(id)).json(), { id, source: null });
  const rules = BUNDLE.rules.map((rule) => ({ ...rule, file: "rules/logout.yml" }));
  const sources = { "rules/logout.yml": "# A comment\ntitle: Logout\n" };
  const sealed = sealBundle({ ...BUNDLE, rules, sources });
  assertEquals(sealed.revision, sealBundle({ ...BUNDLE, rules }).revision);
  await put(fixture, JSON.stringify(sealed));
  assertEquals(await (await read(id)).json(), { id, source: sources["rules/logout.yml"] });
  assertEquals((await read("a rule / that is not there")).status, 404);
});

Deno.test("PUT /v1/rules answers what is wrong with a bundle, and the rules in force stay", async () => {
  using fixture = new LogFixture();
  await put(fixture, JSON.stringify(BUNDLE));
  const wrong: [body: BodyInit, status: number, code: string, says: string][] = [
    ["{", 422, "invalid_rules", "not JSON"],
    ["", 422, "invalid_rules", "not JSON"],
    [new Uint8Array([0xff, 0xfe]), 422, "invalid_rules", "not JSON"],
    ["{}", 422, "invalid_rules", "format"],
    [JSON.stringify({ ...BUNDLE, rules: [{}] }), 422, "invalid_rules", "rules.0."],
    [" ".repeat(MAX_BUNDLE_BYTES + 1), 413, "too_large", "1048576"],
  ];
  for (const [body, status, code, says] of wrong) {
    const response = await put(fixture, body);
    const text = await response.text();
    assertEquals([response.status, JSON.parse(text).code], [status, code]);
    assertEquals(response.headers.get("Content-Type"), "application/problem+json");
    assertStringIncludes(text, says);
  }
  const { revision } = await (await fixture.app.request("/v1/rules")).json();
  assertEquals(revision, BUNDLE.revision);
});

Deno.test("PUT /v1/rules reads no more of a body than a bundle may have", async () => {
  using fixture = new LogFixture();
  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 65_536;
      controller.enqueue(new Uint8Array(65_536));
    },
  });
  assertEquals((await put(fixture, endless)).status, 413);
  assertEquals(sent < 2 * MAX_BUNDLE_BYTES, true);
});
