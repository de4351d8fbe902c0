import { assert, assertEquals } from "@std/assert";
import type { ApiToken } from "../../src/http/access/api_tokens.ts";
import { createGateway } from "../../src/http/gateway.ts";
import { operationsOf } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import type { ChangeKind, StoredChange } from "../../src/store/change_table.ts";
import apiDocs from "../../src/service/api_docs.json" with { type: "json" };
import page from "../../src/service/page.json" with { type: "json" };
import { sha256 } from "../support/api_token.ts";
import { bundleOf } from "../support/bundle_of.ts";
import { withCheckedAnswers } from "../support/checked_answers.ts";
import { LogFixture } from "./log_fixture.ts";

/** What a client may send as `Authorization`, by name. */
const CREDENTIALS = {
  none: undefined,
  malformed: "Bearer two words",
  otherScheme: `Basic ${btoa("reader:secret")}`,
  unknown: "Bearer nobody-has-this",
  expired: "Bearer of-expired",
  events: "Bearer of-events",
  alerts: "Bearer of-alerts",
  read: "Bearer of-read",
  admin: "Bearer of-admin",
  intake: "Bearer of-intake",
  otherSource: "Bearer of-otherSource",
} as const;
type Credential = keyof typeof CREDENTIALS;

/** What each credential is answered with. */
type Expected = Readonly<Record<Credential, number>>;

async function token(
  name: Credential,
  facts: Pick<ApiToken, "scopes" | "expires" | "sources">,
): Promise<ApiToken> {
  return { name, sha256: await sha256(`of-${name}`), ...facts };
}

const TOKENS: readonly ApiToken[] = [
  await token("expired", { scopes: ["admin"], expires: 0 }),
  await token("events", { scopes: ["read:events"] }),
  await token("alerts", { scopes: ["read:alerts"] }),
  await token("read", { scopes: ["read"] }),
  await token("admin", { scopes: ["admin"] }),
  await token("intake", { scopes: ["intake"] }),
  await token("otherSource", { scopes: ["admin"], sources: ["another"] }),
];

/** Who is let in to what has a scope; `ok` is how the operation answers then. */
const REFUSED = { none: 401, malformed: 401, otherScheme: 401, unknown: 401, expired: 401 };
const toAdmin = (ok: number): Expected => (
  { ...REFUSED, events: 403, alerts: 403, read: 403, admin: ok, intake: 403, otherSource: 403 }
);
const toIntake = (ok: number): Expected => ({ ...toAdmin(403), intake: ok });
const toReaders = (ok: number): Expected => ({ ...toAdmin(ok), read: ok });
const toEvents = (ok: number): Expected => ({ ...toReaders(ok), events: ok });
const toAlerts = (ok: number): Expected => ({ ...toReaders(ok), alerts: ok });
const toAll = (ok: number): Expected => ({
  none: ok,
  malformed: ok,
  otherScheme: ok,
  unknown: ok,
  expired: ok,
  events: ok,
  alerts: ok,
  read: ok,
  admin: ok,
  intake: ok,
  otherSource: ok,
});

/** How an operation is asked so that it succeeds, and what it answers and leaves behind. */
interface Row {
  readonly expected: Expected;
  /** The path, where it has parameters. */
  readonly path?: string | ((world: World) => string);
  readonly body?: unknown;
  /** The entry that it leaves in `/v1/changes`; `about` is left out where only the log knows it. */
  readonly change?: readonly [what: ChangeKind, about?: string];
}

/** What changes nothing, although it is no GET. */
const CHANGES_NOTHING = new Set([
  "POST /v1/backtest",
  // What is pushed is the log's content, and no change of an operator.
  "POST /v1/intake/otlp",
  "POST /v1/intake/otlp/v1/logs",
]);

const RULES = bundleOf(`
title: Logout
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
logsource: { product: thousandeyes }
detection: { words: { event: Logout. }, condition: words }
`);
const ENDPOINT = {
  url: "https://hooks.example.com/panoptes",
  secret: `whsec_${btoa("S3CRET".repeat(6))}`,
};

/** The first part of a backup. */
const PART = firstPart();

function firstPart(): string {
  using fixture = new LogFixture();
  return fixture.access.backups.write().next().value ?? "";
}

/** Every operation, and paths and methods that are none; `ROWS` is compared with the routes. */
const ROWS: Readonly<Record<string, Row>> = {
  "GET /v1/events": { expected: toEvents(200) },
  "GET /v1/alerts": { expected: toAlerts(200) },
  "GET /v1/alerts/:id": { expected: toAlerts(200), path: "/v1/alerts/a" },
  "GET /v1/alerts/:id/state": { expected: toAlerts(200), path: "/v1/alerts/a/state" },
  "PUT /v1/alerts/:id/state": {
    expected: toAdmin(200),
    path: "/v1/alerts/a/state",
    body: { state: "closed" },
    change: ["alert.state", "a"],
  },
  "GET /v1/alert-states": { expected: toAlerts(200) },
  "GET /v1/sources": { expected: toReaders(200) },
  "GET /v1/status": { expected: toReaders(200) },
  "GET /metrics": { expected: toReaders(200) },
  "GET /v1/rules": { expected: toReaders(200) },
  "GET /v1/rules/:id/source": {
    expected: toReaders(200),
    path: `/v1/rules/${RULES.rules[0]?.id}/source`,
  },
  "PUT /v1/rules": {
    expected: toAdmin(200),
    body: RULES,
    change: ["rules.uploaded", RULES.revision],
  },
  "DELETE /v1/rules": { expected: toAdmin(200), change: ["rules.reset"] },
  "POST /v1/backtest": { expected: toAdmin(200), body: { rules: RULES } },
  "GET /v1/invalid-events": { expected: toEvents(200) },
  "POST /v1/intake/otlp": { expected: toIntake(200), body: { resourceLogs: [] } },
  "POST /v1/intake/otlp/v1/logs": { expected: toIntake(200), body: { resourceLogs: [] } },
  "GET /v1/deliveries": { expected: toReaders(200) },
  "GET /v1/deliveries/:id": {
    expected: toAdmin(200),
    path: ({ message }) => `/v1/deliveries/${message}`,
  },
  "POST /v1/deliveries/:id/redeliver": {
    expected: toAdmin(202),
    path: ({ message }) => `/v1/deliveries/${message}/redeliver`,
    change: ["deliveries.redelivered", "1"],
  },
  "POST /v1/deliveries/redeliver": {
    expected: toAdmin(202),
    body: { endpoint: "siem" },
    change: ["deliveries.redelivered", "siem"],
  },
  "GET /v1/endpoints": { expected: toAdmin(200) },
  "GET /v1/endpoints/:name": { expected: toAdmin(200), path: "/v1/endpoints/siem" },
  "PUT /v1/endpoints/:name": {
    expected: toAdmin(201),
    path: "/v1/endpoints/on-call",
    body: ENDPOINT,
    change: ["endpoint.created", "on-call"],
  },
  "POST /v1/endpoints/:name": {
    expected: toAdmin(200),
    path: "/v1/endpoints/siem",
    body: { minLevel: "high" },
    change: ["endpoint.changed", "siem"],
  },
  "DELETE /v1/endpoints/:name": {
    expected: toAdmin(200),
    path: "/v1/endpoints/siem",
    change: ["endpoint.removed", "siem"],
  },
  "POST /v1/endpoints/:name/test": {
    expected: toAdmin(200),
    path: "/v1/endpoints/siem/test",
    change: ["endpoint.tested", "siem"],
  },
  "POST /v1/endpoints/:name/resume": {
    expected: toAdmin(200),
    path: "/v1/endpoints/siem/resume",
    change: ["endpoint.resumed", "siem"],
  },
  "GET /v1/changes": { expected: toAdmin(200) },
  "GET /v1/silences": { expected: toReaders(200) },
  "POST /v1/silences": {
    expected: toAdmin(201),
    body: { fields: { user: "Ana" }, until: "1970-01-02T00:00:00Z", reason: "A test" },
    change: ["silence.added"],
  },
  "DELETE /v1/silences/:id": {
    expected: toAdmin(200),
    path: ({ silence }) => `/v1/silences/${silence}`,
    change: ["silence.removed"],
  },
  "POST /v1/epoch": { expected: toAdmin(200), change: ["epoch.raised"] },
  "GET /v1/backup": { expected: toAdmin(200) },
  "GET /v1/restore": { expected: toAdmin(200) },
  "POST /v1/restore": {
    expected: toAdmin(200),
    path: "/v1/restore?replace=true",
    body: { part: PART },
    change: ["restore.begun"],
  },
  "DELETE /v1/restore": {
    expected: toAdmin(200),
    path({ fixture }) {
      fixture.access.backups.restore(PART, true, "ana");
      return "/v1/restore";
    },
    change: ["restore.abandoned"],
  },
  "GET /.well-known/webhook-keys": { expected: toAll(200) },
  // The gateway's own.
  "GET /healthz": { expected: toAll(200) },
  "GET /openapi.json": { expected: toAll(200) },
  "GET /docs": { expected: toAll(200) },
  "GET /": { expected: toAll(200) },
  "GET /assets/:name": {
    expected: toAll(200),
    path: Object.keys(page).find((path) => path.endsWith(".css")) ?? "",
  },
  // Nothing is there.
  "GET /v1/nothing": { expected: { ...toReaders(404), otherSource: 404 } },
  "POST /v1/nothing": { expected: { ...toAdmin(404), otherSource: 404 } },
  "GET /v1/alerts/NOTHING": { expected: { ...toReaders(404), otherSource: 404 } },
  "GET /assets/nothing.js": { expected: { ...toReaders(404), otherSource: 404 } },
  "POST /": { expected: { ...toAdmin(404), otherSource: 404 } },
  "PATCH /v1/events": { expected: toAdmin(405) },
  "OPTIONS /v1/status": { expected: toAdmin(405) },
  "GET /v1/epoch": { expected: toReaders(405) },
};

/** A log with one of each, behind the gateway. */
class World implements Disposable {
  readonly fixture = new LogFixture();
  readonly message = this.fixture.queueAlert("a");
  readonly app = withCheckedAnswers(createGateway({
    tokens: TOKENS,
    sources: ["default"],
    clock: this.fixture.clock,
    page: { ...page, ...apiDocs },
    backend: (request) => this.fixture.app.fetch(request),
    report: (error) => this.fixture.reports.push(error),
  }));
  silence = "";

  static async open(): Promise<World> {
    const world = new World();
    const { fixture } = world;
    await fixture.recordEvents(1, 1);
    fixture.log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL");
    fixture.log.transaction(() => fixture.log.keepInvalid([{ value: 7, issues: ["odd"] }], 0));
    fixture.endpoints.put("siem", ENDPOINT, "ana");
    fixture.rules.upload(RULES, "ana");
    const silence = fixture.actions.addSilence({
      rule: null,
      fields: { user: ["Ben"] },
      reason: "A test",
      until: "1970-01-02T00:00:00.000Z",
      by: "ana",
    });
    world.silence = silence?.id ?? "";
    return world;
  }

  /** What `/v1/changes` lists. */
  async changes(): Promise<StoredChange[]> {
    return (await (await this.fixture.request("/v1/changes")).json()).changes;
  }

  [Symbol.dispose](): void {
    this.fixture[Symbol.dispose]();
  }
}

Deno.test("the table has a row for every operation of every route, and says which entry each change leaves", () => {
  const operations = routes.flatMap((route) =>
    operationsOf(route).map(([method]) => `${method} ${route.path}`)
  );
  assert(operations.length >= 29);
  assertEquals(operations.filter((name) => ROWS[name] === undefined), []);
  assertEquals(
    Object.keys(ROWS).filter((name) => ROWS[name]?.change !== undefined).sort(),
    operations.filter((name) => !name.startsWith("GET ") && !CHANGES_NOTHING.has(name)).sort(),
  );
});

for (const [name, { expected, path, body, change }] of Object.entries(ROWS)) {
  const entry = change === undefined ? "no entry" : "an entry with its token, action and target";
  Deno.test(`${name} answers each credential as the table says, and leaves ${entry} in /v1/changes`, async () => {
    const answers: Record<string, number> = {};
    for (const [credential, authorization] of Object.entries(CREDENTIALS)) {
      using world = await World.open();
      const [method = "", fixed = ""] = name.split(" ");
      const asked = path === undefined ? fixed : typeof path === "string" ? path : path(world);
      const before = await world.changes();
      const response = await world.app.request(asked, {
        method,
        headers: {
          Accept: "application/json",
          ...(body !== undefined && { "Content-Type": "application/json" }),
          ...(authorization !== undefined && { Authorization: authorization }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      await response.text();
      answers[credential] = response.status;
      const after = await world.changes();
      if (change === undefined || !response.ok) assertEquals(after, before, credential);
      else {
        const [added, ...rest] = after;
        const [what, about] = change;
        assertEquals(rest, before, credential);
        assertEquals([added?.by, added?.what], [credential, what]);
        assert(about === undefined ? added?.about !== "" : added?.about === about, added?.about);
      }
      const text = JSON.stringify(after);
      assert(!text.includes(ENDPOINT.secret) && !text.includes("S3CRET"), text);
      assertEquals(world.fixture.reports, []);
    }
    assertEquals(answers, { ...expected });
  });
}
