import { assert, assertEquals, assertThrows } from "@std/assert";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import { readConfig } from "../../src/service/config.ts";
import { EndpointsInForce } from "../../src/service/endpoints_in_force.ts";
import { ManualClock } from "../support/manual_clock.ts";

const SECRET = `whsec_${btoa("S3CRET".repeat(6))}`;
const siem = { url: "https://siem.example.com/in/S3CRET", secret: SECRET };

/** Endpoints over a real log; `open()` opens them again, as a restart does. */
class Bench implements Disposable {
  #sql = nodeSql(":memory:");
  log = openLog(this.#sql, { now: 0, random: () => 0.5 });
  reports: unknown[] = [];
  changes = 0;

  open(WEBHOOKS: readonly unknown[] = [], env: Record<string, string> = {}): EndpointsInForce {
    const settings = { TE_TOKEN: "te-token", WEBHOOKS: JSON.stringify(WEBHOOKS), ...env };
    const { config } = readConfig(settings);
    return new EndpointsInForce({
      log: this.log,
      config: config!,
      clock: new ManualClock(Date.UTC(2026, 10, 26)),
      report: (_, facts) => this.reports.push(facts),
      onChange: () => this.changes++,
    });
  }

  get noted() {
    return this.log.changes(1e9, 100).reverse()
      .map(({ by, what, about, details }) => [by, what, about, ...details].join(" "));
  }

  [Symbol.dispose](): void {
    this.#sql.close();
  }
}

Deno.test("a stored endpoint is in force at once and after a restart, and takes the place of one of the settings", () => {
  using bench = new Bench();
  const settings = [{ ...siem, name: "siem" }, { ...siem, name: "pager", minLevel: "high" }];
  const endpoints = bench.open(settings);
  assertEquals(endpoints.put("siem", { ...siem, minLevel: "low" }, "ana"), []);
  assertEquals(endpoints.put("chat", siem, "ana"), []);
  for (const one of [endpoints, bench.open(settings)]) {
    assertEquals(one.all.map(({ name, minLevel }) => [name, minLevel]), [
      ["chat", "medium"],
      ["siem", "low"],
      ["pager", "high"],
    ]);
    assertEquals(one.overridden, ["siem"]);
    assertEquals(one.list().map(({ name, source, overrides }) => [name, source, overrides]), [
      ["chat", "stored", false],
      ["siem", "stored", true],
      ["pager", "settings", false],
    ]);
  }
  assertEquals(bench.changes, 2);
});

Deno.test("removing a stored endpoint puts that of the settings in force again; one of the settings stays", () => {
  using bench = new Bench();
  const endpoints = bench.open([{ ...siem, name: "siem" }]);
  endpoints.put("siem", { ...siem, minLevel: "low" }, "ana");
  assertEquals(endpoints.remove("siem", "bob"), "removed");
  assertEquals(endpoints.find("siem")?.minLevel, "medium");
  assertEquals(endpoints.remove("siem", "bob"), "in settings");
  assertEquals(endpoints.remove("chat", "bob"), "unknown");
  assertEquals(bench.open().all, []);
  assertEquals(bench.noted, [
    "ana endpoint.created siem minLevel secret url",
    "bob endpoint.removed siem",
  ]);
});

Deno.test("some members of a stored endpoint are changed without sending its secrets again", () => {
  using bench = new Bench();
  const endpoints = bench.open([{ ...siem, name: "pager" }]);
  endpoints.put("siem", { ...siem, minLevel: "low", tags: ["a.b"] }, "ana");
  assertEquals(endpoints.patch("siem", { minLevel: "high", tags: null }, "bob"), []);
  const { secret, minLevel, tags } = endpoints.find("siem") ?? {};
  assertEquals([secret, minLevel, tags], [SECRET, "high", undefined]);
  assertEquals(endpoints.patch("siem", { minLevel: "high" }, "bob"), []); // the same again
  assertEquals(endpoints.patch("siem", { secret: null }, "bob"), [
    "secret must be set: the format standard signs",
  ]);
  assertEquals(endpoints.patch("pager", { minLevel: "high" }, "bob"), "in settings");
  assertEquals(endpoints.patch("chat", {}, "bob"), "unknown");
  assertEquals(bench.noted, [
    "ana endpoint.created siem minLevel secret tags url",
    "bob endpoint.changed siem minLevel tags",
  ]);
});

Deno.test("what is wrong with an endpoint is told all at once, without a value, and changes nothing", () => {
  using bench = new Bench();
  const endpoints = bench.open();
  const problems = [...endpoints.put("siem", {
    url: "https://10.0.0.1/S3CRET",
    secret: "S3CRET",
    minLevel: "S3CRET",
    where: { "event|contain": "S3CRET" },
    S3CRET: "",
  }, "ana")];
  assertEquals(problems.map((problem) => problem.split(" ")[0]).sort(), [
    "has",
    "minLevel",
    "secret",
    "where.event|contain",
  ]);
  for (const wrong of [undefined, null, [], "S3CRET", { ...siem, name: "other" }]) {
    problems.push(...endpoints.put("siem", wrong, "ana"));
  }
  assertEquals(problems.length, 9);
  assert(!problems.join().includes("S3CRET"));
  assertEquals([endpoints.all, bench.noted, bench.changes], [[], [], 0]);
});

Deno.test("neither the list of endpoints nor the record of changes has a secret in it", () => {
  using bench = new Bench();
  const config = {
    ...siem,
    previousSecrets: [SECRET],
    headers: { "x-key": "S3CRET" },
    where: { user: "Ana" },
    quietHours: { from: "22:00", to: "06:30", timeZone: "Europe/Vienna" },
  };
  const endpoints = bench.open([{ ...config, name: "pager" }]);
  endpoints.put("siem", config, "ana");
  endpoints.patch("siem", { headers: { "x-key": "S3CRET-2" } }, "ana");
  const [stored] = endpoints.list();
  const { url, secret, previousSecrets, headers, where, quietHours } = stored ?? {};
  assertEquals([url, secret, previousSecrets, headers], [
    "https://siem.example.com",
    true,
    1,
    ["x-key"],
  ]);
  assertEquals([where, quietHours], [
    config.where,
    { from: "22:00", to: "06:30", timeZone: "Europe/Vienna", minLevel: "critical" },
  ]);
  const text = JSON.stringify([endpoints.list(), bench.noted, bench.reports]);
  assertEquals([text.includes("S3CRET"), text.includes(btoa("S3CRET"))], [false, false]);
});

Deno.test("a stored endpoint that a later version refuses is named, is owed what it asks for, and leaves the others alone", () => {
  using bench = new Bench();
  bench.open().put("siem", siem, "ana");
  const config = { url: "ftp://S3CRET", minLevel: "high" };
  bench.log.saveEndpoint({ name: "pager", config, at: 0, by: "ana" });
  const endpoints = bench.open();
  assertEquals(endpoints.all.map(({ name, url, minLevel }) => [name, url !== "", minLevel]), [
    ["pager", false, "high"],
    ["siem", true, "medium"],
  ]);
  assertEquals(endpoints.problems.map(({ variable, entry }) => [variable, entry]), [
    ["/v1/endpoints", "pager"],
    ["/v1/endpoints", "pager"],
  ]);
  const [pager] = endpoints.list();
  assertEquals([pager?.problems.length, pager?.url], [2, undefined]);
  assert(!JSON.stringify([endpoints.list(), endpoints.problems]).includes("S3CRET"));
});

Deno.test("while the stored endpoints cannot be read, what may be owed to them is not cancelled", () => {
  using bench = new Bench();
  const settings = [{ ...siem, name: "siem" }];
  assertEquals(bench.open(settings).hasUnknown, false);
  bench.log.storedEndpoints = () => {
    throw new Error("The disk fails");
  };
  const endpoints = bench.open(settings);
  assertEquals([endpoints.all.length, endpoints.hasUnknown, bench.reports.length], [1, true, 1]);
});

Deno.test("an endpoint that cannot be written is not in force", () => {
  using bench = new Bench();
  const endpoints = bench.open();
  bench.log.saveEndpoint = () => {
    throw new Error("The disk is full");
  };
  assertThrows(() => endpoints.put("siem", siem, "ana"), Error, "full");
  assertEquals([endpoints.all, bench.noted, bench.changes], [[], [], 0]);
});

Deno.test("at most 100 endpoints are stored", () => {
  using bench = new Bench();
  const endpoints = bench.open();
  for (let n = 0; n < 100; n++) endpoints.put(`e${n}`, siem, "ana");
  assertEquals(endpoints.put("one-more", siem, "ana").length, 1);
  assertEquals(endpoints.put("e0", { ...siem, minLevel: "low" }, "ana"), []);
});

Deno.test("an endpoint on a host that the settings do not allow is refused when it is stored, and when they change", () => {
  using bench = new Bench();
  const beside = "url must be a URL that may be called: WEBHOOK_HOSTS does not allow its host";
  const env = { WEBHOOK_HOSTS: "example.net" };
  assertEquals(bench.open([], env).put("siem", siem, "ana"), [beside]);
  assertEquals(bench.noted, []);
  assertEquals(bench.open().put("siem", { ...siem, minLevel: "low" }, "ana"), []);
  const endpoints = bench.open([], env);
  assertEquals(endpoints.problems.map(({ entry, message }) => [entry, message]), [[
    "siem",
    beside,
  ]]);
  // What is owed to it waits for the repair.
  assertEquals(endpoints.all.map(({ name, url, minLevel }) => [name, url, minLevel]), [
    ["siem", "", "low"],
  ]);
});
