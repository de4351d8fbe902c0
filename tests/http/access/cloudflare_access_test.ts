import { assert, assertEquals } from "@std/assert";
import { exportSPKI, generateKeyPair, SignJWT } from "jose";
import { CloudflareAccess } from "../../../src/http/access/cloudflare_access.ts";
import { createGateway } from "../../../src/http/gateway.ts";
import { withCheckedAnswers } from "../../support/checked_answers.ts";
import { AccessTeam } from "../../support/access_team.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { sha256 } from "../../support/api_token.ts";
import { LogFixture } from "../log_fixture.ts";

const NOW = Date.parse("2026-11-23T10:00:00Z");
const ADMIN = "ana@example.com";

async function accessOf(more: Partial<{ team: string }> = {}) {
  const team = await AccessTeam.start();
  const clock = new ManualClock(NOW);
  const access = new CloudflareAccess({
    team: team.domain,
    audience: team.audience,
    admins: [ADMIN],
    fetch,
    clock,
    ...more,
  });
  return {
    team,
    clock,
    access,
    sign: (claims = {}) => team.sign(claims, clock.now()),
    [Symbol.asyncDispose]: () => team[Symbol.asyncDispose](),
  };
}

Deno.test("whoever Access has signed in is recognised by their address, with the scope read, or admin if they are listed", async () => {
  await using fixture = await accessOf();
  const { access, sign, team } = fixture;
  const expires = NOW + 3_600_000;
  assertEquals(await access.identify(await sign()), {
    name: "access:ana@example.com",
    scopes: ["admin"],
    expires,
  });
  assertEquals(await access.identify(await sign({ email: "Bob+x@Example.com" })), {
    name: "access:bob+x@example.com",
    scopes: ["read"],
    expires,
  });
  assertEquals([team.reads, access.failure], [1, undefined]);
});

/** A time so many milliseconds from now, in seconds since the Unix epoch. */
const inSeconds = (ms: number) => Math.floor((NOW + ms) / 1_000);

const WRONG_CLAIMS: [string, Record<string, unknown>][] = [
  ["has expired", { exp: inSeconds(-11_000) }],
  ["is of another audience", { aud: ["b".repeat(64)] }],
  ["has no audience", { aud: undefined }],
  ["is of another issuer", { iss: "https://evil.cloudflareaccess.com" }],
  ["has no end", { exp: undefined }],
  ["is not valid yet", { nbf: inSeconds(60_000) }],
  ["is of a service token, which has no address", { email: undefined, common_name: "x.access" }],
  ["has an address that is no string", { email: ["ana@example.com"] }],
  ["has an address with a line break", { email: "ana@example.com\r\nx: y" }],
  ["has an address beyond ASCII", { email: "anä@example.com" }],
  ["has an address that is none", { email: "admin" }],
];
for (const [name, claims] of WRONG_CLAIMS) {
  Deno.test(`an assertion that ${name} is refused`, async () => {
    await using fixture = await accessOf();
    assertEquals(await fixture.access.identify(await fixture.sign(claims)), "invalid");
  });
}

Deno.test("an assertion that is not signed by a key of the team is refused: no signature, a shared secret, another key, a changed claim", async () => {
  await using fixture = await accessOf();
  const { access, sign, team } = fixture;
  const good = await sign();
  const [header, payload, signature] = good.split(".") as [string, string, string];
  const encode = (value: unknown) => btoa(JSON.stringify(value)).replace(/=+$/, "");
  const claims = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  const { kid } = team;
  const secret = new TextEncoder().encode(await exportSPKI(team.publicKey));
  const { privateKey } = await generateKeyPair("RS256");
  const hostile = {
    "no algorithm": `${encode({ alg: "none", kid })}.${payload}.`,
    "no algorithm, in capitals": `${encode({ alg: "NONE", kid })}.${payload}.${signature}`,
    "no signature": `${header}.${payload}.`,
    "the public key as a shared secret": await new SignJWT(claims)
      .setProtectedHeader({ alg: "HS256", kid }).sign(secret),
    "another key with the same id": await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid }).sign(privateKey),
    "an unknown key": await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "unknown" }).sign(privateKey),
    "its own key": await new SignJWT(claims).setProtectedHeader({
      alg: "RS256",
      jwk: { kty: "RSA", n: "AQAB", e: "AQAB" },
    }).sign(privateKey),
    "another claim": `${header}.${encode({ ...claims, email: "eve@example.com" })}.${signature}`,
    "no JWT": "hunter2",
    "nothing": "",
    "20,000 characters": `${good}${"x".repeat(20_000)}`,
  };
  for (const [what, assertion] of Object.entries(hostile)) {
    assertEquals(await access.identify(assertion), "invalid", what);
  }
  assertEquals(typeof await access.identify(good), "object");
});

Deno.test("keys are read once an hour; an unknown one makes them be read again, but not more than every half minute", async () => {
  await using fixture = await accessOf();
  const { access, sign, team, clock } = fixture;
  for (let n = 0; n < 5; n++) await access.identify(await sign());
  assertEquals(team.reads, 1);
  clock.advance(29_999);
  await team.rotate();
  for (let n = 0; n < 5; n++) assertEquals(await access.identify(await sign()), "invalid");
  assertEquals(team.reads, 1);
  clock.advance(1);
  assertEquals(typeof await access.identify(await sign()), "object");
  for (let n = 0; n < 5; n++) await access.identify(await sign());
  assertEquals(team.reads, 2);
  clock.advance(3_599_999);
  await access.identify(await sign());
  assertEquals(team.reads, 2);
  clock.advance(1);
  await access.identify(await sign());
  assertEquals(team.reads, 3);
});

for (const status of [500, 302]) {
  Deno.test(`while the team domain answers ${status}, known keys stay in use, and without any nobody is let in`, async () => {
    await using fixture = await accessOf();
    const { access, sign, team, clock } = fixture;
    team.status = status;
    assertEquals(await access.identify(await sign()), "unavailable");
    assert(access.failure instanceof Error);
    team.status = 200;
    clock.advance(30_000);
    assertEquals(typeof await access.identify(await sign()), "object");
    assertEquals(access.failure, undefined);
    team.status = status;
    clock.advance(86_400_000);
    assertEquals(typeof await access.identify(await sign()), "object");
    assert(access.failure instanceof Error);
  });
}

/** The gateway and the log's app behind Access. */
async function deployment() {
  const { team, clock, access, sign } = await accessOf();
  const fixture = new LogFixture();
  fixture.clock.set(clock.now());
  const app = withCheckedAnswers(createGateway({
    tokens: [{ name: "siem", sha256: await sha256("a-token"), scopes: ["read"] }],
    sources: ["default"],
    access,
    clock,
    tell: (report) => Promise.resolve(fixture.failures.add(report)),
    backend: (request) => fixture.app.fetch(request),
    report: (error) => fixture.reports.push(error),
  }));
  return {
    fixture,
    team,
    clock,
    sign,
    request: (path: string, assertion: string, { headers = {}, ...init }: RequestInit = {}) =>
      Promise.resolve(app.request(`http://panoptes.test${path}`, {
        ...init,
        headers: { "Cf-Access-Jwt-Assertion": assertion, ...headers },
      })),
    async [Symbol.asyncDispose]() {
      fixture[Symbol.dispose]();
      await team[Symbol.asyncDispose]();
    },
  };
}

const ACKNOWLEDGE = { method: "PUT", body: JSON.stringify({ state: "acknowledged" }) };
const SAME_ORIGIN = { "Sec-Fetch-Site": "same-origin" };

Deno.test("behind Access, a change is refused unless it comes from the page, and its entry names the address", async () => {
  await using panoptes = await deployment();
  const { fixture, request, sign } = panoptes;
  fixture.queueAlert("a");
  const assertion = await sign();
  const foreign: Record<string, string>[] = [
    {},
    { "Sec-Fetch-Site": "cross-site" },
    { "Sec-Fetch-Site": "same-site" },
    { "Sec-Fetch-Site": "none" },
  ];
  for (const headers of foreign) {
    const refused = await request("/v1/alerts/a/state", assertion, { ...ACKNOWLEDGE, headers });
    assertEquals([refused.status, (await refused.json()).code], [403, "cross_site"]);
  }
  const reader = await sign({ email: "bob@example.com" });
  const forbidden = await request("/v1/alerts/a/state", reader, {
    ...ACKNOWLEDGE,
    headers: SAME_ORIGIN,
  });
  assertEquals([forbidden.status, (await forbidden.json()).code], [403, "forbidden"]);
  assertEquals((await request("/v1/status", reader)).status, 200);
  const changed = await request("/v1/alerts/a/state", assertion, {
    ...ACKNOWLEDGE,
    headers: SAME_ORIGIN,
  });
  assertEquals(changed.status, 200);
  const { changes } = await (await request("/v1/changes", assertion)).json();
  assertEquals(
    changes.map(({ by, what, about }: Record<string, string>) => [by, what, about]),
    [["access:ana@example.com", "alert.state", "a"]],
  );
  // Metrics and the status name no people.
  const { tokens } = await (await request("/v1/status", assertion)).json();
  assertEquals(tokens.map(({ name }: { name: string }) => name), ["access:*"]);
});

Deno.test("behind Access, a wrong identity is a failed authentication, and a token is accepted as before", async () => {
  await using panoptes = await deployment();
  const { fixture, request, sign, team, clock } = panoptes;
  const old = await sign({ exp: inSeconds(-60_000) });
  const refused = await request("/v1/status", old);
  assertEquals([refused.status, (await refused.json()).code], [401, "unauthorized"]);
  assertEquals(fixture.failures.counts().failed, 1);
  const headers = { Authorization: "Bearer a-token" };
  assertEquals((await request("/v1/status", old, { headers })).status, 200);
  const guess = await request("/v1/status", await sign(), {
    headers: { Authorization: "Bearer guess" },
  });
  assertEquals(guess.status, 401);

  team.status = 500;
  await using other = await deployment();
  other.team.status = 500;
  const unknown = await other.request("/v1/status", await other.sign());
  assertEquals([unknown.status, (await unknown.json()).code], [503, "access_unavailable"]);
  assertEquals(other.fixture.failures.keysFailedSince(), other.fixture.clock.now());
  clock.advance(3_600_000);
  assertEquals((await request("/v1/status", await sign())).status, 200);
  assert(fixture.failures.keysFailedSince() !== undefined);
});

Deno.test("/session says who Access has recognised, and nothing else", async () => {
  await using panoptes = await deployment();
  const { request, sign } = panoptes;
  const session = async (assertion: string) => await (await request("/session", assertion)).json();
  assertEquals(await session(await sign()), { name: "access:ana@example.com", scopes: ["admin"] });
  assertEquals(await session("hunter2"), { name: null, scopes: [] });
});

Deno.test("a stream of a person ends when the assertion does", async () => {
  await using panoptes = await deployment();
  const { fixture, request, sign } = panoptes;
  const { body } = await request("/v1/events", await sign({ exp: inSeconds(45_000) }), {
    headers: { Accept: "text/event-stream" },
  });
  const text = new Response(body).text();
  await fixture.clock.pass(45_000);
  assert((await text).includes("event: ready"));
  assertEquals(fixture.requests.map(({ token, end }) => [token, end]), [
    ["access:ana@example.com", "expired"],
  ]);
});
