import { assert, assertEquals, assertMatch } from "@std/assert";
import { METRICS_TYPE } from "../../../src/http/answer/prometheus_text.ts";
import { joinedMetrics, metricsText } from "../../../src/http/routes/metrics.ts";
import { LogFixture } from "../log_fixture.ts";

const NO_RULES = { rules: [], counts: [] };

/**
 * Samples by name and labels, without `source="default"`; fails on a duplicate, or a line that
 * Prometheus would not parse.
 */
function samplesOf(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let family = "";
  for (const line of text.trimEnd().split("\n")) {
    const said = /^# (?:HELP|TYPE) (panoptes_[a-z_]+) \S/.exec(line);
    if (said !== null) {
      family = said[1]!;
      continue;
    }
    const sample = /^([a-z_]+)(\{(?:[a-z]+="(?:[^"\\\n]|\\.)*",?)+\})? (-?[0-9.e+]+)$/.exec(line);
    if (sample === null) throw new Error(`Not a sample: ${line}`);
    assert(sample[1]!.startsWith(family), `${line} is below ${family}`);
    const labels = (sample[2] ?? "").replace(/,?source="default"\}$/, "}");
    const name = sample[1]! + (labels === "{}" ? "" : labels);
    assert(!samples.has(name), `duplicate ${name}`);
    samples.set(name, Number(sample[3]));
  }
  return samples;
}

Deno.test("GET /metrics shows the status as numbers", async () => {
  using fixture = new LogFixture();
  await fixture.recordEvents(1, 3);
  fixture.queueAlert("a");
  const response = await fixture.app.request("/metrics");
  assertEquals(response.headers.get("Content-Type"), METRICS_TYPE);
  const samples = samplesOf(await response.text());
  assertEquals(samples.get(`panoptes_log_entries{kind="event"}`), 3);
  assertEquals(samples.get(`panoptes_messages{state="pending"}`), 1);
  assertEquals(samples.get(`panoptes_messages{state="dead"}`), 0);
  assertEquals(samples.get(`panoptes_health{state="green"}`), 1);
  assertEquals(samples.get(`panoptes_health{state="red"}`), 0);
  assertEquals(samples.get("panoptes_streams_max"), 10);
});

Deno.test("metricsText() accumulates the buckets of late events, and shows each count and failure", () => {
  using fixture = new LogFixture();
  const status = fixture.access.status();
  const counts = Object.fromEntries(
    Object.keys(status.counts).map((name, index) => [name, index + 1]),
  ) as unknown as typeof status.counts;
  const text = metricsText({
    ...status,
    counts,
    streams: { ...status.streams, refused: 1_000 },
    tokens: [{
      name: "siem",
      streams: 2,
      streamsRefused: 1_001,
      requests: 1_002,
      requestsRefused: 1_003,
    }],
    authentication: { failed: 1_004, throttled: 1_005, lastAt: null },
    renames: [],
    late: [{ upToMs: 60_000, events: 4 }, { upToMs: 300_000, events: 0 }, {
      upToMs: null,
      events: 2,
    }],
    failures: [{
      of: 'a"b\\c\nd',
      code: "unauthorized",
      status: 401,
      message: "",
      advice: "",
      since: "",
      count: 7,
      nextTryAt: "",
    }],
    budget: { used: 1, limit: 240, share: 120, remaining: null, resetAt: null },
  }, NO_RULES);
  const samples = samplesOf(text);
  const bucket = (le: string) => samples.get(`panoptes_event_lateness_seconds_bucket{le="${le}"}`);
  assertEquals([bucket("60"), bucket("300"), bucket("+Inf")], [4, 4, 6]);
  assertEquals(samples.get("panoptes_event_lateness_seconds_count"), 6);
  assertMatch(
    text,
    /^panoptes_failing\{of="a\\"b\\\\c\\nd",code="unauthorized",source="default"\} 7$/m,
  );
  const { alerts: _, ...others } = counts; // counted by rule
  const counters = [...samples].filter(([name]) => name.endsWith("_total")).map(([, n]) => n);
  assertEquals(
    counters.sort((a, b) => a - b),
    [...Object.values(others).sort((a, b) => a - b), 1_000, 1_004, 1_005],
  );
  const ofToken = ["streams", "streams_refused_total", "requests_total", "requests_refused_total"];
  assertEquals(
    ofToken.map((name) => samples.get(`panoptes_token_${name}{token="siem"}`)),
    [2, 1_001, 1_002, 1_003],
  );
  assertEquals(samples.has(`panoptes_rate_limit_requests{kind="remaining"}`), false);
});

Deno.test("GET /metrics counts alerts by rule and level, from 0 on for each rule in force, and names rules", async () => {
  using fixture = new LogFixture();
  const rules = [
    { id: "rule-1", title: 'A "rule"', level: "medium" },
    { id: "No id", title: "No id", level: null },
    { id: "No id", title: "No id", level: null },
  ].map((rule) => ({ ...rule, name: null, status: null, description: null, tags: [] }));
  fixture.access.rules = () => rules;
  fixture.queueAlert("a");
  fixture.queueAlert("b");
  fixture.queueAlert("b");
  const samples = samplesOf(await (await fixture.app.request("/metrics")).text());
  const shown = [...samples].filter(([name]) => /^panoptes_(alerts_total|rule_info)/.test(name));
  assertEquals(shown, [
    [`panoptes_alerts_total{rule="rule-1",level="medium"}`, 2],
    [`panoptes_alerts_total{rule="No id",level="informational"}`, 0],
    [String.raw`panoptes_rule_info{rule="rule-1",title="A \"rule\"",level="medium"}`, 1],
    [`panoptes_rule_info{rule="No id",title="No id",level="informational"}`, 1],
  ]);
});

Deno.test("joinedMetrics() has each metric once, with the samples of every source, and shows one that does not answer as red", () => {
  using fixture = new LogFixture();
  const status = fixture.access.status();
  const text = joinedMetrics([
    ...["default", "emea"].map((source) => ({
      source,
      value: metricsText({ ...status, source }, NO_RULES),
    })),
    { source: "apac", value: undefined },
  ]);
  assertEquals(text.match(/^# TYPE panoptes_health gauge$/gm)?.length, 1);
  const samples = samplesOf(text);
  const shown = (name: string) => [
    samples.get(name),
    samples.get(
      name.includes("}") ? name.replace("}", `,source="emea"}`) : `${name}{source="emea"}`,
    ),
  ];
  assertEquals(shown(`panoptes_health{state="green"}`), [1, 1]);
  assertEquals(shown("panoptes_rules"), [0, 0]);
  assertEquals(shown("panoptes_source_up"), [1, 1]);
  assertEquals(samples.get(`panoptes_health{state="red",source="apac"}`), 1);
  assertEquals(samples.get(`panoptes_source_up{source="apac"}`), 0);
  assertEquals([...samples.keys()].filter((name) => name.includes(`"apac"`)).length, 4);
});

Deno.test("docs/http.md names every metric", () => {
  using fixture = new LogFixture();
  const docs = Deno.readTextFileSync(new URL("../../../docs/http.md", import.meta.url));
  const said = docs.replace(
    /`panoptes_events_\{([a-z,]+)\}_total`/,
    (_, kinds: string) => kinds.split(",").map((kind) => `panoptes_events_${kind}_total`).join(" "),
  );
  const names = [...metricsText(fixture.access.status(), NO_RULES).matchAll(/^# TYPE (\S+)/gm)];
  assert(names.length > 20);
  for (const [, name] of names) assert(new RegExp(`\\b${name}\\b`).test(said), name);
});
