import { assert, assertEquals } from "@std/assert";
import { noCounts } from "../../src/watch/collector/counts.ts";
import { newCollectorState } from "../../src/watch/collector/state.ts";
import { OPERATIONAL_RULES, REASONS } from "../../src/watch/reasons.ts";
import { watchOptions } from "../../src/watch/watch_options.ts";
import { watchStatus } from "../../src/watch/watch_status.ts";
import { metricsText } from "../../src/http/routes/metrics.ts";

const docs = Deno.readTextFileSync(new URL("../../docs/operations.md", import.meta.url));

function tableUnder(heading: string): string[][] {
  const section = docs.slice(docs.indexOf(`\n## ${heading}\n`)).split(/\n## /)[1]!;
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) =>
    row.split(" | ").map((cell) => cell.replace(/^\| | +\|$/g, "").trim())
  );
}

Deno.test("docs/operations.md names every reason of the health, what it means and what to do, and no other", () => {
  const expected = Object.entries(REASONS).map(([code, kind]) => [
    `\`${code}\``,
    kind.severities.join(", "),
    kind.alerts === undefined ? "no" : "yes",
    kind.meaning,
    kind.advice,
  ]);
  assertEquals(tableUnder("Reasons"), expected);
});

Deno.test("docs/operations.md names every rule of operational alerts, and no other", () => {
  const expected = Object.entries(OPERATIONAL_RULES).map(([id, meaning]) => [`\`${id}\``, meaning]);
  assertEquals(tableUnder("Operational alerts"), expected);
});

Deno.test("the runbook of docs/operations.md has a heading for each operational alert and its codes under it, and says what to do about every other reason that is not green", () => {
  const section = docs.split("\n## Runbook\n")[1]?.split(/\n## /)[0] ?? "";
  const entries = new Map(
    section.split("\n### ").slice(1).map((entry) => {
      const [heading = "", ...text] = entry.split("\n");
      return [/^`(\S+)`/.exec(heading)?.[1] ?? heading, text.join("\n")];
    }),
  );
  const failing = Object.keys(OPERATIONAL_RULES).filter((rule) => !rule.endsWith(".recovered"));
  assertEquals([...entries.keys()].filter((heading) => heading.startsWith("panoptes.")), failing);
  for (const [code, { alerts, severities }] of Object.entries(REASONS)) {
    const entry = entries.get(alerts?.rule ?? "Reasons that raise no alert") ?? "";
    const isGreen = severities.every((severity) => severity === "info");
    assert(isGreen || entry.includes(`\`${code}\``), `${code} is not under its heading`);
  }
});

Deno.test("docs/operations.md recommends alarms only on metrics that exist", () => {
  const options = watchOptions();
  const state = { ...newCollectorState(0, options), counts: noCounts() };
  const log = {
    events: 0,
    alerts: 0,
    invalid: 0,
    windows: 0,
    folds: 0,
    messages: {},
    bytes: 0,
    silences: [],
    endpoints: [],
  };
  const text = metricsText({
    source: "default",
    ...watchStatus(state, log, [], 0, options),
    rules: 0,
    ruleSet: {
      revision: "0123456789abcdef",
      source: "bundled",
      bundledRevision: "0123456789abcdef",
      uploadedAt: null,
      uploadedBy: null,
      refused: null,
    },
    limits: { plan: null, bytes: 0 },
    subscribers: { events: 0, alerts: 0 },
    streams: { open: 0, max: 1, maxPerToken: 1, keptForAdmin: 0, refused: 0 },
    tokens: [],
    authentication: { failed: 0, throttled: 0, lastAt: null },
    unfedLogs: [],
  }, { rules: [], counts: [] });
  const names = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));
  const recommended = [...docs.matchAll(/panoptes_\w+/g)].map(([name]) => name);
  assert(recommended.length > 10);
  for (const name of recommended) assert(names.has(name), name);
});
