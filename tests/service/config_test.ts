import { assertEquals } from "@std/assert";
import { endpointsOf, readConfig } from "../../src/service/config.ts";
import { logNameOf, sourceOfLog } from "../../src/service/source.ts";

const sha256 = "a".repeat(64);
const SECRET = `whsec_${btoa("x".repeat(32))}`;
const good = {
  TE_TOKEN: "te-token",
  API_TOKENS: JSON.stringify([{ name: "siem", sha256, scopes: ["read"] }]),
};

Deno.test("readConfig() fills in defaults", () => {
  const { config, problems } = readConfig({ TE_TOKEN: "te-token" });
  assertEquals(problems, []);
  assertEquals(config, {
    sources: [{
      name: "default",
      token: "te-token",
      baseUrl: new URL("https://api.thousandeyes.com/v7"),
      aid: undefined,
      useAllPermittedAids: true,
      rules: {},
      sharers: 1,
    }],
    pollMs: 60_000,
    overlapMs: 900_000,
    backfillMs: 30 * 86_400_000,
    maxAlertAgeMs: 86_400_000,
    suppressesByDefault: true,
    maxAgeMs: 90 * 86_400_000,
    maxBytes: 8_000_000_000,
    maxStreams: 500,
    maxRequestsPerMinute: 6_000,
    plan: "free",
    disabledRules: [],
    ownHosts: [],
    webhookHosts: [],
    publicUrl: undefined,
    accessTeam: undefined,
    accessAudience: undefined,
    accessAdmins: [],
    tokens: [],
    endpoints: [],
    refusedEndpoints: [],
    hasUnknownEndpoint: false,
    refused: [],
  });
});

Deno.test("readConfig() accepts host names separated by commas, and nothing else", () => {
  const { config } = readConfig({ ...good, OWN_HOSTS: "panoptes.example.com, x.workers.dev," });
  assertEquals(config?.ownHosts, ["panoptes.example.com", "x.workers.dev"]);
  for (const wrong of ["https://panoptes.example.com", "*.example.com", "a b"]) {
    const { problems } = readConfig({ ...good, OWN_HOSTS: wrong });
    assertEquals(problems.map(({ variable }) => variable), ["OWN_HOSTS"]);
  }
});

Deno.test("readConfig() refuses endpoints on the Worker's own hosts, and beside those of WEBHOOK_HOSTS, by name", () => {
  const own = "its host is that of Panoptes itself (OWN_HOSTS, PUBLIC_URL)";
  const beside = "WEBHOOK_HOSTS does not allow its host";
  const WEBHOOKS = JSON.stringify([
    { name: "slack", url: "https://hooks.slack.com/services/hunter2", secret: SECRET },
    { name: "own", url: "https://a.ana.workers.dev/", secret: SECRET, minLevel: "low" },
    { name: "public", url: "https://panoptes.example.com/", secret: SECRET },
    { name: "other", url: "https://siem.example.net/", secret: SECRET },
    { name: "here", url: "http://127.0.0.1:1/", secret: SECRET, allowHttpLoopback: true },
  ]);
  const refusedWith = (env: Record<string, string>) => {
    const { config, problems } = readConfig({ ...good, WEBHOOKS, ...env });
    assertEquals(config?.endpoints.length, 5 - problems.length);
    assertEquals(config?.refusedEndpoints.length, problems.length);
    assertEquals(JSON.stringify(problems).includes("hunter2"), false);
    const prefix = "url must be a URL that may be called: ";
    return problems.map(({ entry, message }) => [entry, message.replace(prefix, "")]);
  };
  assertEquals(refusedWith({}), []);
  const OWN_HOSTS = "ana.workers.dev";
  const PUBLIC_URL = "https://panoptes.example.com";
  assertEquals(refusedWith({ OWN_HOSTS, PUBLIC_URL }), [["own", own], ["public", own]]);
  assertEquals(refusedWith({ PUBLIC_URL: "http://127.0.0.1:8787" }), []);
  assertEquals(refusedWith({ WEBHOOK_HOSTS: "slack.com, example.net" }), [
    ["own", beside],
    ["public", beside],
    ["here", beside],
  ]);
  assertEquals(refusedWith({ WEBHOOK_HOSTS: "127.0.0.1,slack.com", OWN_HOSTS: "slack.com" }), [
    ["slack", own],
    ["own", beside],
    ["public", beside],
    ["other", beside],
  ]);
  const { config } = readConfig({ ...good, WEBHOOKS, OWN_HOSTS });
  assertEquals(config?.refusedEndpoints.map(({ minLevel }) => minLevel), ["low"]);
});

Deno.test("readConfig() accepts an origin as PUBLIC_URL, and nothing else", () => {
  for (const origin of ["https://panoptes.example.com", "http://127.0.0.1:8787"]) {
    assertEquals(readConfig({ ...good, PUBLIC_URL: ` ${origin}/ ` }).config?.publicUrl, origin);
  }
  for (
    const wrong of [
      "panoptes.example.com",
      "http://panoptes.example.com",
      "https://panoptes.example.com/x",
      "https://panoptes.example.com/?x",
      "https://ana:hunter2@panoptes.example.com/",
      "javascript:alert(1)",
    ]
  ) {
    const { problems } = readConfig({ ...good, PUBLIC_URL: wrong });
    assertEquals(problems.map(({ variable }) => variable), ["PUBLIC_URL"], wrong);
    assertEquals(JSON.stringify(problems).includes("hunter2"), false);
  }
});

Deno.test("readConfig() accepts ids and names of rules separated by commas, and nothing that is no text", () => {
  const { config } = readConfig({ ...good, DISABLED_RULES: "login_failed, 5f7c4c5e-1d7c-4f0a,," });
  assertEquals(config?.disabledRules, ["login_failed", "5f7c4c5e-1d7c-4f0a"]);
  for (const wrong of ["a\u0000b", "x".repeat(257)]) {
    const { problems } = readConfig({ ...good, DISABLED_RULES: wrong });
    assertEquals(problems.map(({ variable }) => variable), ["DISABLED_RULES"]);
  }
});

Deno.test("readConfig() accepts values as strings and as wrangler.toml contains them", () => {
  for (const [interval, all] of [["5", "false"], [5, false]]) {
    const { config } = readConfig({
      ...good,
      POLL_INTERVAL_SECONDS: interval,
      TE_USE_ALL_PERMITTED_AIDS: all,
    });
    assertEquals([config?.pollMs, config?.sources[0].useAllPermittedAids], [5_000, false]);
  }
  const asTable = readConfig({ ...good, API_TOKENS: JSON.parse(good.API_TOKENS) });
  assertEquals(asTable.config?.tokens, JSON.parse(good.API_TOKENS));
});

Deno.test("readConfig() watches only one account group if one is set", () => {
  const [source] = readConfig({ ...good, TE_AID: "1234" }).config?.sources ?? [];
  assertEquals([source?.aid, source?.useAllPermittedAids], ["1234", false]);
});

Deno.test("readConfig() treats an empty variable as unset", () => {
  assertEquals(readConfig({ ...good, TE_AID: "", WEBHOOKS: "" }).problems, []);
  assertEquals(readConfig({ TE_TOKEN: "" }).problems.map(({ variable }) => variable), ["TE_TOKEN"]);
});

Deno.test("readConfig() reports every problem at once", () => {
  const { config, problems } = readConfig({
    TE_BASE_URL: "http://api.example.com",
    TE_AID: "one",
    POLL_INTERVAL_SECONDS: "0",
    BACKFILL: "a while",
    API_TOKENS: "{",
    WEBHOOKS: JSON.stringify([{ name: "siem", url: "https://10.0.0.1/", secret: SECRET }]),
  });
  assertEquals(config, undefined);
  assertEquals(
    problems.map(({ variable, entry = "", message }) =>
      `${variable}: ${entry} ${message}`.replace(":  ", ": ")
    ),
    [
      "TE_TOKEN: must be set to a bearer token of the ThousandEyes API",
      "TE_BASE_URL: must be an https URL without user name or password; http only on loopback",
      "TE_AID: must be the id of an account group, a number",
      "POLL_INTERVAL_SECONDS: must be a number from 1 to 3600",
      "BACKFILL: must be a duration such as 30m, 24h or 30d, or 0",
      "API_TOKENS: must be a JSON list",
      "WEBHOOKS: siem url must be a URL that may be called: its host is an IP address, not a name",
    ],
  );
});

const secretive: [string, Record<string, unknown>][] = [
  ["a token with a space", { TE_TOKEN: "hunter2 hunter2" }],
  ["truncated JSON", { API_TOKENS: '[{"name": "hunter2"' }],
  ["a token instead of its hash", {
    API_TOKENS: [{ name: "siem", sha256: "hunter2", scopes: ["read"] }],
  }],
  ["an unknown member", {
    API_TOKENS: [{ name: "siem", sha256, scopes: ["read"], token: "hunter2" }],
  }],
  ["the name of an unknown member", {
    API_TOKENS: [{ name: "siem", sha256, scopes: ["read"], hunter2: "" }],
    WEBHOOKS: [{ name: "siem", url: "https://example.com", secret: SECRET, hunter2: "" }],
  }],
  ["an invalid scope", { API_TOKENS: [{ name: "siem", sha256, scopes: ["hunter2"] }] }],
  ["an invalid secret", {
    WEBHOOKS: [{ name: "siem", url: "https://example.com", secret: "hunter2" }],
  }],
  ["a secret in a URL", {
    WEBHOOKS: [{ name: "siem", url: "https://x:hunter2@example.com", secret: SECRET }],
  }],
  ["a base URL with a password", { TE_BASE_URL: "https://x:hunter2@api.example.com" }],
  ["an invalid number", { POLL_INTERVAL_SECONDS: "hunter2" }],
  ["a wrong type", { BACKFILL: ["hunter2"] }],
  ["an invalid endpoint", { WEBHOOKS: ["hunter2"] }],
];
for (const [name, env] of secretive) {
  Deno.test(`readConfig() reports ${name} without quoting it`, () => {
    const { problems } = readConfig({ ...good, ...env });
    assertEquals(problems.map(({ variable }) => variable), Object.keys(env));
    assertEquals(JSON.stringify(problems).includes("hunter2"), false);
  });
}

Deno.test("readConfig() says where a member is that is not known", () => {
  const token = { name: "siem", sha256, scopes: ["read"], sha512: "" };
  assertEquals(readConfig({ ...good, API_TOKENS: [token] }).problems, [{
    variable: "API_TOKENS",
    entry: "siem",
    message:
      "has a member that is not known; it must be an object with name, sha256, scopes and optionally sources and expires",
  }]);
});

Deno.test("readConfig() returns the tokens if another setting is invalid, so that clients can be told", () => {
  const { config, tokens } = readConfig({ ...good, TE_TOKEN: undefined });
  assertEquals([config, tokens.length], [undefined, 1]);
});

Deno.test("readConfig() returns no tokens if API_TOKENS is invalid", () => {
  assertEquals(readConfig({ ...good, API_TOKENS: "[{}]" }).tokens, []);
});

Deno.test("readConfig() wants the team domain and the audience of Cloudflare Access together", () => {
  const both = { ACCESS_TEAM_DOMAIN: "https://ana.cloudflareaccess.com/", ACCESS_AUDIENCE: sha256 };
  const { config, problems } = readConfig({
    ...good,
    ...both,
    ACCESS_ADMINS: " Ana@example.com,bob@example.com ",
  });
  assertEquals([problems, config?.accessTeam, config?.accessAdmins], [
    [],
    "https://ana.cloudflareaccess.com",
    ["ana@example.com", "bob@example.com"],
  ]);
  const refusedWith = (env: Record<string, string>) =>
    readConfig({ ...good, ...env }).problems.map(({ variable }) => variable);
  assertEquals(refusedWith({ ACCESS_AUDIENCE: sha256 }), ["ACCESS_TEAM_DOMAIN"]);
  assertEquals(refusedWith({ ACCESS_ADMINS: "ana@example.com" }), [
    "ACCESS_TEAM_DOMAIN",
    "ACCESS_AUDIENCE",
  ]);
  for (
    const [name, value] of [
      ["ACCESS_TEAM_DOMAIN", "http://ana.cloudflareaccess.com"],
      ["ACCESS_TEAM_DOMAIN", "https://ana.cloudflareaccess.com/x"],
      ["ACCESS_AUDIENCE", "no audience"],
      ["ACCESS_ADMINS", "everybody"],
    ] as const
  ) assertEquals(refusedWith({ ...both, [name]: value }), [name], value);
});

Deno.test("readConfig() reads when a token expires, and refuses the token if it cannot", () => {
  const token = (name: string, expires: unknown) => ({
    name,
    sha256: name.padEnd(64, "0"),
    scopes: ["read:events"],
    expires,
  });
  const wrong = ["", "soon", "2027-02-30T00:00:00Z", "2027-01-31", 1_800_000_000_000, null];
  const { problems, tokens } = readConfig({
    ...good,
    API_TOKENS: JSON.stringify([
      token("a", "2027-01-31T01:00:00+01:00"),
      token("b", "2027-01-31 00:00:00"),
      ...wrong.map((expires, index) => token(`c${index}`, expires)),
    ]),
  });
  const at = Date.parse("2027-01-31T00:00:00Z");
  assertEquals(tokens.map(({ name, expires }) => [name, expires]), [["a", at], ["b", at]]);
  assertEquals(
    problems,
    wrong.map((_, index) => ({
      variable: "API_TOKENS",
      entry: `c${index}`,
      message: "expires must be a date such as 2027-01-31T00:00:00Z",
    })),
  );
});

Deno.test("readConfig() refuses the entries that are wrong, by name, and keeps the rest in force", () => {
  const siem = { name: "siem", sha256, scopes: ["read"] };
  const pager = { name: "pager", sha256: "b".repeat(64), scopes: ["admin"] };
  const hook = { name: "hook", url: "https://example.com/", secret: SECRET };
  const { config, problems, tokens } = readConfig({
    ...good,
    API_TOKENS: [
      siem,
      { name: "short", sha256: "abc", scopes: ["read"] },
      { name: "twin", sha256: sha256.toUpperCase(), scopes: ["admin"] },
      { name: "siem", sha256: "c".repeat(64), scopes: ["read"] },
      pager,
      "pager",
    ],
    WEBHOOKS: [
      { ...hook, name: "plain", url: "http://example.com/" },
      { ...hook, name: "no name" },
      hook,
      { ...hook, url: "https://other.example.com/" },
    ],
  });
  assertEquals(problems, [
    {
      variable: "API_TOKENS",
      entry: "short",
      message: "sha256 must be 64 hexadecimal digits, the SHA-256 of the token",
    },
    { variable: "API_TOKENS", entry: "twin", message: "has the same sha256 as siem" },
    { variable: "API_TOKENS", entry: "siem", message: "has the same name as siem" },
    {
      variable: "API_TOKENS",
      entry: "entry 6",
      message: "must be an object with name, sha256, scopes and optionally sources and expires",
    },
    {
      variable: "WEBHOOKS",
      entry: "plain",
      message: "url must be a URL that may be called: its scheme is not https",
    },
    { variable: "WEBHOOKS", entry: "entry 2", message: "name must be 1 to 63 of a-z, 0-9 and -" },
    { variable: "WEBHOOKS", entry: "hook", message: "has the same name as hook" },
  ]);
  assertEquals(tokens, [siem, pager]);
  assertEquals(config?.tokens, [siem, pager]);
  assertEquals(config?.endpoints.map(({ name, url }) => [name, url]), [["hook", hook.url]]);
  assertEquals(config?.refusedEndpoints.map(({ name }) => name), ["plain"]);
  assertEquals(config?.hasUnknownEndpoint, true);
  assertEquals(config?.refused, problems);
});

for (
  const [what, entry, expected] of [
    ["what it says", { minLevel: "high", backfilled: true, digestMs: 60_000 }, [
      "high",
      true,
      60_000,
    ]],
    ["the defaults where it says nothing", {}, ["medium", false, 0]],
    ["the default for what is wrong", { minLevel: "hihg", digestMs: 5 }, ["medium", false, 5]],
  ] as const
) {
  Deno.test(`a refused endpoint is owed the alerts that its entry asks for: ${what}`, () => {
    const { config } = readConfig({
      ...good,
      WEBHOOKS: [{ name: "pager", url: "http://example.com/", secret: "S3CRET", ...entry }],
    });
    const [pager, ...others] = config?.refusedEndpoints ?? [];
    assertEquals(others, []);
    assertEquals([pager?.minLevel, pager?.backfilled, pager?.digestMs], [...expected]);
    assertEquals([pager?.url, pager?.secret], ["", undefined]);
  });
}

Deno.test("a refused endpoint is owed only the rules, tags and fields that its entry asks for, and waits for its hours", () => {
  const entry = {
    name: "pager",
    url: "http://example.com/",
    rules: ["Login_Failed"],
    tags: ["attack.t1078"],
    where: { "event|contains": "login" },
    quietHours: { from: "22:00", to: "06:00" },
    testOnly: true,
  };
  const refusedOf = (WEBHOOKS: unknown[]) =>
    readConfig({ ...good, WEBHOOKS }).config?.refusedEndpoints[0];
  const whole = refusedOf([entry]);
  assertEquals([whole?.rules, whole?.tags], [["login_failed"], ["attack.t1078"]]);
  assertEquals([whole?.where?.fields, whole?.quietHours?.from, whole?.testOnly], [
    ["event"],
    1_320,
    true,
  ]);
  const wrong = {
    rules: 5,
    tags: "x",
    where: { "event|contain": "x" },
    quietHours: {},
    testOnly: 1,
  };
  const rest = refusedOf([{ ...entry, ...wrong }]);
  assertEquals([rest?.rules, rest?.tags, rest?.where, rest?.quietHours, rest?.testOnly], [
    undefined,
    undefined,
    undefined,
    undefined,
    false,
  ]);
});

Deno.test("one source has one name, however its settings are spelt", () => {
  const name = (env: Record<string, unknown>) => {
    const { config, problems } = readConfig({ ...good, ...env });
    assertEquals(problems, []);
    return logNameOf(config!.sources[0]);
  };
  for (
    const TE_BASE_URL of [
      undefined,
      "https://api.thousandeyes.com/v7",
      "https://api.thousandeyes.com/v7/",
      "https://api.thousandeyes.com/v7//",
      "https://api.thousandeyes.com//v7",
      "https://API.ThousandEyes.com:443/v7",
      "HTTPS://api.thousandeyes.com./v7",
      " https://api.thousandeyes.com/v7?x=1#y ",
      "https://api.thousandeyes.com/v6/../v7",
    ]
  ) {
    assertEquals(name({ TE_BASE_URL }), "https://api.thousandeyes.com/v7 all", TE_BASE_URL);
  }
  for (const TE_AID of ["1234", " 1234 ", "0001234", 1234, "1234\n"]) {
    assertEquals(name({ TE_AID }), "https://api.thousandeyes.com/v7 1234");
  }
  for (const TE_USE_ALL_PERMITTED_AIDS of [undefined, "true", true, "TRUE", " True"]) {
    assertEquals(name({ TE_USE_ALL_PERMITTED_AIDS }), "https://api.thousandeyes.com/v7 all");
  }
  // The account group of the token alone is another source: what was read of all says nothing of it.
  assertEquals(
    name({ TE_USE_ALL_PERMITTED_AIDS: "false" }),
    "https://api.thousandeyes.com/v7 default",
  );
  assertEquals(
    name({ TE_BASE_URL: "https://api.thousandeyes.com/V7" }),
    "https://api.thousandeyes.com/V7 all",
  );
});

Deno.test("readConfig() refuses TE_AID together with TE_USE_ALL_PERMITTED_AIDS", () => {
  const { problems } = readConfig({ ...good, TE_AID: "1", TE_USE_ALL_PERMITTED_AIDS: "true" });
  assertEquals(problems.map(({ variable }) => variable), ["TE_USE_ALL_PERMITTED_AIDS"]);
});

const sourcesIn = (sources: unknown, env: Record<string, unknown> = {}) =>
  readConfig({
    TE_BASE_URL: "https://api.example.com/v7",
    SOURCES: JSON.stringify(sources),
    ...env,
  });
const logsIn = (...given: Parameters<typeof sourcesIn>) =>
  sourcesIn(...given).config?.sources.map(logNameOf);

Deno.test("readConfig() reads further sources beside that of TE_TOKEN, whose log keeps its name", () => {
  const list = [
    { name: "emea", tokenFrom: "TE_TOKEN_EMEA", aid: "0012" },
    { name: "acme", token: "t", baseUrl: "https://API.example.net/v7/", organisation: "Acme" },
  ];
  const env = { TE_TOKEN_EMEA: "e" };
  const { config, problems } = sourcesIn(list, { ...env, TE_TOKEN: "d" });
  assertEquals(problems, []);
  assertEquals(config?.sources.map(({ token }) => token), ["d", "e", "t"]);
  assertEquals(config?.sources.map(logNameOf), [
    "https://api.example.com/v7 all",
    "emea https://api.example.com/v7 12",
    "acme https://api.example.net/v7 all",
  ]);
  assertEquals(config?.sources.map(logNameOf).map(sourceOfLog), ["default", "emea", "acme"]);
  // TE_TOKEN is not needed then, and an entry of that name goes on with the same log.
  assertEquals(logsIn([{ name: "default", token: "d" }]), ["https://api.example.com/v7 all"]);
  assertEquals(sourcesIn([]).problems.map(({ variable }) => variable), ["TE_TOKEN"]);
});

Deno.test("readConfig() shares the rate limit among the sources of one organisation", () => {
  const list = ["a", "b", "c"].map((name) => ({ name, token: "t" }));
  const { config } = sourcesIn([
    ...list,
    { name: "d", token: "t", organisation: "Other" },
    { name: "broken", token: "" },
  ]);
  const reading = config?.sources.filter(({ token }) => token !== undefined);
  assertEquals(reading?.map(({ sharers }) => sharers), [3, 3, 3, 1]);
});

Deno.test("readConfig() refuses a source by name; its log has a stand-in that reads nothing", () => {
  const good = { name: "good", token: "t" };
  const wrong: [entry: Record<string, unknown>, message: string, stays: boolean][] = [
    [
      { tokenFrom: "TE_TOKEN_X" },
      "tokenFrom names TE_TOKEN_X, which must be set to a bearer",
      true,
    ],
    [{ token: "hunter2 hunter2" }, "token must be a bearer token: visible characters", true],
    [{ tokenFrom: "API_TOKENS" }, "tokenFrom must be the name of a secret: TE_TOKEN_", true],
    [{ token: "t", tokenFrom: "TE_TOKEN_X" }, "must have either token or tokenFrom", true],
    [{}, "must have either token or tokenFrom", true],
    [{ token: "t", hunter2: 1 }, "has a member that is not known", true],
    [{ token: "t", aid: "x" }, "aid must be the id of an account group", false],
    [{ token: "t", baseUrl: "ftp://hunter2" }, "baseUrl must be an https URL", false],
    [
      { token: "t", aid: "1", useAllPermittedAids: true },
      "must not have useAllPermittedAids",
      true,
    ],
    [{ token: "t", rules: { only: [] } }, "rules.only must have at least one entry", true],
    [{ token: "t", name: "good" }, "has the same name as good", false],
    [{ token: "t", name: "default" }, "has the name of the source of TE_TOKEN", false],
    [{ token: "t", name: "No" }, "name must be 1 to 63 of a-z", false],
  ];
  for (const [entry, message, stays] of wrong) {
    const list = [good, { name: "bad", ...entry }];
    const { config, problems } = sourcesIn(list, { TE_TOKEN: "d" });
    assertEquals(problems.map(({ variable }) => variable), ["SOURCES"], message);
    assertEquals(problems[0]?.message.startsWith(message), true, problems[0]?.message);
    assertEquals(JSON.stringify(problems).includes("hunter2"), false);
    const tokens = config?.sources.map(({ token }) => token);
    assertEquals(tokens, stays ? ["d", "t", undefined] : ["d", "t"], message);
  }
});

Deno.test("endpointsOf() gives each source the endpoints that name it or none", () => {
  const endpoint = { url: "https://example.com/", secret: SECRET };
  const WEBHOOKS = JSON.stringify([
    { name: "all", ...endpoint },
    { name: "emea", ...endpoint, sources: ["emea"] },
    { name: "broken", ...endpoint, url: "ftp://x", sources: ["apac", "emea"] },
  ]);
  const { config } = sourcesIn([{ name: "emea", token: "t" }], { TE_TOKEN: "d", WEBHOOKS });
  const namesFor = (source: string) => {
    const { endpoints, refusedEndpoints } = endpointsOf(config!, source);
    return [...endpoints, ...refusedEndpoints].map(({ name }) => name);
  };
  assertEquals(namesFor("default"), ["all"]);
  assertEquals(namesFor("emea"), ["all", "emea", "broken"]);
  // Also of a source that was removed: what it owes is still to be delivered.
  assertEquals(namesFor("apac"), ["all", "broken"]);
});
