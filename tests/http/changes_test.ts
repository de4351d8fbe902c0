import { assert, assertEquals } from "@std/assert";
import { operationsOf } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import type { StoredChange } from "../../src/store/change_table.ts";
import { bundleOf } from "../support/bundle_of.ts";
import { LogFixture } from "./log_fixture.ts";

const BUNDLE = bundleOf(`
title: Logout
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
logsource: { product: thousandeyes }
detection: { words: { event: Logout. }, condition: words }
`);
const ENDPOINT = {
  url: "https://siem.example.com/in",
  secret: `whsec_${btoa("S3CRET".repeat(6))}`,
};

/** What changes nothing, although it is no GET. */
const CHANGES_NOTHING = new Set(["POST /v1/backtest"]);

/** A request of every operation that changes something, in an order in which each can. */
const REQUESTS: [
  operation: string,
  path: string,
  body: (fixture: LogFixture) => unknown,
  what: string,
  about: string,
][] = [
  [
    "PUT /v1/alerts/:id/state",
    "/v1/alerts/a/state",
    () => ({ state: "acknowledged" }),
    "alert.state",
    "a",
  ],
  ["PUT /v1/rules", "/v1/rules", () => BUNDLE, "rules.uploaded", BUNDLE.revision],
  ["DELETE /v1/rules", "/v1/rules", () => undefined, "rules.reset", "*"],
  [
    "POST /v1/deliveries/:id/redeliver",
    "/v1/deliveries/1/redeliver",
    () => undefined,
    "deliveries.redelivered",
    "1",
  ],
  [
    "POST /v1/deliveries/redeliver",
    "/v1/deliveries/redeliver",
    () => ({ endpoint: "siem" }),
    "deliveries.redelivered",
    "siem",
  ],
  ["PUT /v1/endpoints/:name", "/v1/endpoints/siem", () => ENDPOINT, "endpoint.created", "siem"],
  [
    "POST /v1/endpoints/:name",
    "/v1/endpoints/siem",
    () => ({ minLevel: "high" }),
    "endpoint.changed",
    "siem",
  ],
  [
    "POST /v1/endpoints/:name/test",
    "/v1/endpoints/siem/test",
    () => undefined,
    "endpoint.tested",
    "siem",
  ],
  [
    "POST /v1/endpoints/:name/resume",
    "/v1/endpoints/siem/resume",
    () => undefined,
    "endpoint.resumed",
    "siem",
  ],
  ["DELETE /v1/endpoints/:name", "/v1/endpoints/siem", () => undefined, "endpoint.removed", "siem"],
  [
    "POST /v1/silences",
    "/v1/silences",
    ({ clock }) => ({
      fields: { user: "Ana" },
      until: new Date(clock.now() + 3_600_000).toISOString(),
      reason: "A test of ours",
    }),
    "silence.added",
    "*",
  ],
  ["DELETE /v1/silences/:id", "/v1/silences/<id>", () => undefined, "silence.removed", "*"],
  ["POST /v1/epoch", "/v1/epoch", () => undefined, "epoch.raised", "*"],
];

Deno.test("every operation that changes something leaves an entry in /v1/changes, with its token, action and target", async () => {
  const changing = routes.flatMap((route) =>
    operationsOf(route).map(([method]) => `${method} ${route.path}`)
  ).filter((operation) => !operation.startsWith("GET ") && !CHANGES_NOTHING.has(operation));
  assertEquals(REQUESTS.map(([operation]) => operation).sort(), changing.sort());

  using fixture = new LogFixture();
  fixture.queueAlert("a");
  fixture.queueAlert("b");
  fixture.log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL");
  const changes = async (): Promise<StoredChange[]> =>
    (await (await fixture.request("/v1/changes")).json()).changes;
  let last = "";
  for (const [operation, path, bodyOf, what, about] of REQUESTS) {
    const before = await changes();
    const body = bodyOf(fixture);
    const by = `token of ${operation.length}`;
    const response = await fixture.request(path.replace("<id>", last), {
      method: operation.split(" ")[0]!,
      name: by,
      isAdmin: true,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert(response.ok, `${operation}: ${response.status} ${await response.text()}`);
    const [added, ...rest] = await changes();
    assertEquals(rest, before, operation);
    assertEquals([added?.by, added?.what], [by, what], operation);
    assert(about === "*" ? added?.about !== "" : added?.about === about, operation);
    last = added?.about ?? "";
  }
  assert(!JSON.stringify(await changes()).includes("S3CRET"));
});
