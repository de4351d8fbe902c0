import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { sealBundle } from "../../src/alert/rule_bundle.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { openLog } from "../../src/store/open_log.ts";
import { RulesInForce } from "../../src/service/rules_in_force.ts";
import { bundleOf } from "../support/bundle_of.ts";
import { ManualClock } from "../support/manual_clock.ts";

const ruleFor = (text: string, level = "medium") => `
title: About ${text}
id: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
logsource: { product: thousandeyes, service: audit }
detection: { words: { event|re: '^${text}' }, condition: words }
level: ${level}
`;
const BUNDLED = bundleOf(ruleFor("Login"));
const OTHER = bundleOf(ruleFor("Logout"));

class Bench implements Disposable {
  sql = nodeSql(":memory:");
  log = openLog(this.sql, { now: 1, random: () => 0.5 });
  clock = new ManualClock(1_000);
  reports: string[] = [];

  open(bundled = BUNDLED, disabled: readonly string[] = []): Promise<RulesInForce> {
    return RulesInForce.open({
      log: this.log,
      bundled,
      scope: { disabled },
      clock: this.clock,
      report: (what) => this.reports.push(what),
      durable: () => Promise.resolve(),
    });
  }

  [Symbol.dispose](): void {
    this.sql.close();
  }
}

const titles = ({ matcher }: RulesInForce, event: string) =>
  matcher.match(toSigmaEvent({ event })).map(({ rule }) => rule.title);

Deno.test("without an upload, the rules of the Worker are in force", async () => {
  using bench = new Bench();
  const rules = await bench.open();
  assertEquals(titles(rules, "Login."), ["About Login"]);
  assertEquals(rules.state, {
    revision: BUNDLED.revision,
    source: "bundled",
    bundledRevision: BUNDLED.revision,
    uploadedAt: null,
    uploadedBy: null,
    refused: null,
  });
});

Deno.test("an uploaded bundle is in force at once, and after a restart", async () => {
  using bench = new Bench();
  const rules = await bench.open();
  assertEquals(rules.upload(OTHER, "ana"), []);
  for (const each of [rules, await bench.open()]) {
    assertEquals([titles(each, "Login."), titles(each, "Logout.")], [[], ["About Logout"]]);
    assertEquals(each.state, {
      revision: OTHER.revision,
      source: "uploaded",
      bundledRevision: BUNDLED.revision,
      uploadedAt: "1970-01-01T00:00:01.000Z",
      uploadedBy: "ana",
      refused: null,
    });
  }
});

Deno.test("the rules of the Worker come back with reset(), also after a restart", async () => {
  using bench = new Bench();
  const rules = await bench.open();
  rules.upload(OTHER, "ana");
  rules.reset("ana");
  for (const each of [rules, await bench.open()]) {
    assertEquals(titles(each, "Login."), ["About Login"]);
    assertEquals(each.state.source, "bundled");
  }
});

Deno.test("a bundle with anything wrong changes nothing", async () => {
  using bench = new Bench();
  const rules = await bench.open();
  rules.upload(OTHER, "ana");
  const before = rules.state;
  const wrong: [bundle: unknown, expected: string][] = [
    ["no bundle", "bundle: "],
    [{ ...OTHER, format: 99 }, "format 99"],
    [{ ...OTHER, rules: [] }, "at least one rule"],
    [sealBundle({ ...OTHER, regexes: [] }), "has no compiled form here"],
    [
      sealBundle({ ...OTHER, regexes: [{ ...OTHER.regexes![0]!, code: [9, 9, 9] }] }),
      "is broken",
    ],
    [
      sealBundle({
        ...BUNDLED,
        correlations: bundleOf(`${ruleFor("Login")}---
title: Many
correlation:
  type: event_count
  rules: 5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11
  timespan: 1h
  condition: { gte: 3 }
`).correlations!.map((one) => ({ ...one, rules: ["nobody"] })),
      }),
      "No rule or correlation has the id or name 'nobody'",
    ],
  ];
  for (const [bundle, expected] of wrong) {
    assertStringIncludes(rules.upload(bundle, "eve").join("\n"), expected);
  }
  assertEquals(rules.state, before);
  assertEquals(titles(rules, "Logout."), ["About Logout"]);
  assertEquals((await bench.open()).state, before);
});

Deno.test("a bundle under which no event could make an alert changes nothing", async () => {
  using bench = new Bench();
  const about = (change: (yaml: string) => string) => bundleOf(change(ruleFor("Logout")));
  const silent: [bundle: unknown, disabled: string[]][] = [
    [about((yaml) => `${yaml}status: deprecated\n`), []],
    [about((yaml) => `${yaml}status: unsupported\n`), []],
    [about((yaml) => yaml.replace("thousandeyes, service: audit", "windows")), []],
    [about((yaml) => yaml.replace("audit", "agents")), []],
    [OTHER, ["5f7c4c5e-1d7c-4f0a-9d0e-6c1f0a5c7b11"]],
  ];
  for (const [bundle, disabled] of silent) {
    const rules = await bench.open(BUNDLED, disabled);
    assertStringIncludes(rules.upload(bundle, "ana").join("\n"), "can make an alert");
    assertEquals(rules.state.source, "bundled");
    assertEquals((await bench.open()).state.source, "bundled");
  }
});

Deno.test("a bundle that the database does not take changes nothing", async () => {
  using bench = new Bench();
  const rules = await bench.open();
  bench.sql.run(
    "CREATE TRIGGER full BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(FAIL, 'full'); END",
  );
  assertThrows(() => rules.upload(OTHER, "ana"), Error, "full");
  assertEquals(titles(rules, "Login."), ["About Login"]);
  assertEquals(rules.state.source, "bundled");
});

Deno.test("a stored bundle that no longer loads gives way to the rules of the Worker, and says why", async () => {
  using bench = new Bench();
  for (
    const [change, expected] of [
      [`json_set(value, '$.bundle.format', 0)`, "format 0"],
      [`json_set(value, '$.bundle.rules', json('[]'))`, "at least one rule"],
      // What a parser says is in the log of the service only.
      [`'{'`, "bundle: It cannot be read or opened; the log of the service says why"],
    ] as const
  ) {
    (await bench.open()).upload(OTHER, "ana");
    bench.sql.run(`UPDATE checkpoints SET value = ${change} WHERE name = 'uploaded rules'`);
    const rules = await bench.open();
    assertEquals(titles(rules, "Login."), ["About Login"]);
    assertEquals([rules.state.source, rules.revision], ["bundled", BUNDLED.revision]);
    assertStringIncludes(rules.refusal!, expected);
    assertEquals(rules.state.refused, rules.refusal!);
  }
  assert(bench.reports.length >= 3);
  const rules = await bench.open();
  assertEquals(rules.upload(OTHER, "ana"), []);
  assertEquals([rules.refusal, (await bench.open()).refusal], [undefined, undefined]);
});

Deno.test("a bundle that ends the process when it is opened is opened twice, and then the rules of the Worker are in force and can be asked for", async () => {
  const path = await Deno.makeTempFile({ suffix: ".db" });
  const started: string[] = [];
  /** Opens the file as a process that has just started. */
  function start(durable: () => Promise<void>) {
    const sql = nodeSql(path);
    const log = openLog(sql, { now: 1, random: () => 0.5 });
    const rules = RulesInForce.open({
      log,
      bundled: BUNDLED,
      scope: {},
      clock: new ManualClock(1_000),
      report: (what) => started.push(what),
      durable,
    });
    return { sql, rules };
  }
  /** A process that ends while it opens the bundle: its writes are on disk, and nothing follows. */
  function die(): void {
    start(() => new Promise(() => {})).sql.close();
  }
  async function within<T>(body: (rules: RulesInForce) => T): Promise<T> {
    const { sql, rules } = start(() => Promise.resolve());
    using _closed = sql;
    return body(await rules);
  }
  try {
    await within((rules) => rules.upload(OTHER, "ana"));
    die();
    // Once may have been chance.
    assertEquals(await within((rules) => titles(rules, "Logout.")), ["About Logout"]);
    die();
    die();
    for (let time = 0; time < 2; time++) {
      await within((rules) => {
        assertEquals(titles(rules, "Login."), ["About Login"]);
        assertEquals(rules.state.source, "bundled");
        assertStringIncludes(rules.state.refused!, "has ended the process twice");
      });
    }
    assertEquals(started.length, 2, started.join());
    await within((rules) => rules.upload(OTHER, "ana"));
    assertEquals(await within(({ state }) => [state.source, state.refused]), ["uploaded", null]);
    die();
    die();
    await within((rules) => rules.reset("ana"));
    assertEquals(await within(({ state }) => [state.source, state.refused]), ["bundled", null]);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("an uploaded bundle is in force although the database takes no more rows", async () => {
  using bench = new Bench();
  (await bench.open()).upload(OTHER, "ana");
  bench.sql.run(
    "CREATE TRIGGER full BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(FAIL, 'full'); END",
  );
  const rules = await bench.open();
  assertEquals([titles(rules, "Logout."), rules.refusal], [["About Logout"], undefined]);
});

Deno.test("a rule of the Worker that does not load is left out and told, and the others run", async () => {
  using bench = new Bench();
  const rules = await bench.open(sealBundle({ ...BUNDLED, regexes: [] }));
  assertEquals(rules.matcher.rules, []);
  assertStringIncludes(rules.problems[0]!, "About Login: ");
  assertEquals(bench.reports, ["A rule was left out"]);
});
