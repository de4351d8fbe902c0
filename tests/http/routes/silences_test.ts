import { assert, assertEquals } from "@std/assert";
import { MAX_SILENCES } from "../../../src/store/silence_table.ts";
import { LogFixture } from "../log_fixture.ts";

const HOUR = 3_600_000;

function requests(fixture: LogFixture) {
  const until = (ms: number) => new Date(fixture.clock.now() + ms).toISOString();
  const good = { fields: { user: "Ana" }, until: until(HOUR), reason: "A test of ours" };
  const post = (body: unknown, name = "admin") =>
    fixture.request("/v1/silences", {
      method: "POST",
      name,
      isAdmin: true,
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
  const list = async () => (await (await fixture.request("/v1/silences")).json()).silences;
  return { until, good, post, list };
}

Deno.test("POST /v1/silences adds a silence that says who and why, GET lists it, and DELETE ends it", async () => {
  using fixture = new LogFixture();
  const { good, post, list } = requests(fixture);
  const response = await post(good, "ana");
  const added = await response.json();
  assertEquals(response.status, 201);
  assertEquals(added, {
    id: added.id,
    rule: null,
    fields: { user: ["Ana"] },
    until: good.until,
    by: "ana",
    reason: "A test of ours",
    createdAt: new Date(fixture.clock.now()).toISOString(),
    heldBack: 0,
    lastAt: null,
  });
  assertEquals(await list(), [added]);
  const path = `/v1/silences/${added.id}`;
  const removed = await fixture.request(path, { method: "DELETE", isAdmin: true });
  assertEquals([removed.status, await removed.json()], [200, added]);
  assertEquals(await list(), []);
  assertEquals((await fixture.request(path, { method: "DELETE" })).status, 404);
});

Deno.test("GET /v1/silences leaves out silences that have ended", async () => {
  using fixture = new LogFixture();
  const { good, post, list } = requests(fixture);
  await post(good);
  fixture.clock.advance(HOUR);
  assertEquals(await list(), []);
});

Deno.test("POST /v1/silences refuses what is not a silence, by name and without values", async () => {
  using fixture = new LogFixture();
  const { good, post, until, list } = requests(fixture);
  const wrong: [unknown, string][] = [
    ["", "JSON"],
    ["[", "JSON"],
    [" ".repeat(70_000), "65536 bytes"],
    [7, "the body"],
    [{ ...good, fields: undefined }, "rule or fields"],
    [{ ...good, fields: {} }, "rule or fields"],
    [{ ...good, fields: { user: 7 } }, "fields.user"],
    [{ ...good, fields: { user: [] } }, "fields.user"],
    [{ ...good, fields: { user: Array(21).fill("SECRET") } }, "fields.user"],
    [{ ...good, fields: { user: "S".repeat(501) } }, "fields.user"],
    [{ ...good, until: "tomorrow" }, "until"],
    [{ ...good, until: until(-1) }, "until"],
    [{ ...good, until: until(91 * 24 * HOUR) }, "until"],
    [{ ...good, reason: " " }, "reason"],
    [{ ...good, reason: undefined }, "reason"],
    [{ ...good, rule: "no such rule SECRET" }, "rule"],
    [{ ...good, rules: "x" }, "rules"],
  ];
  for (const [body, part] of wrong) {
    const response = await post(body);
    const { code, detail } = await response.json();
    assertEquals([response.status, code], [400, "invalid_request"], part);
    assert(detail.includes(part), `${detail}: ${part}`);
    assert(!detail.includes("SECRET"));
  }
  assertEquals(await list(), []);
});

Deno.test("POST /v1/silences accepts operational alerts by their rule, and bounds the number of silences", async () => {
  using fixture = new LogFixture();
  const { good, post } = requests(fixture);
  const { fields: _, ...rest } = good;
  assertEquals((await post({ ...rest, rule: "panoptes.endpoint.failing" })).status, 201);
  for (let n = 1; n < MAX_SILENCES; n++) assertEquals((await post(good)).status, 201);
  const response = await post(good);
  assertEquals([response.status, (await response.json()).code], [409, "conflict"]);
});
