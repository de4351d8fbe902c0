import { assert, assertEquals } from "@std/assert";
import { parse, stringify } from "yaml";
import { LogFixture } from "../http/log_fixture.ts";
import { findPromtool } from "./find_promtool.ts";

const DEPLOY = new URL("../../deploy/", import.meta.url);
const rulesText = Deno.readTextFileSync(new URL("prometheus/panoptes.rules.yml", DEPLOY));
const docs = Deno.readTextFileSync(new URL("../../docs/operations.md", import.meta.url));
const rules: { alert: string; expr: string }[] = parse(rulesText).groups[0].rules;
const dashboard: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
  Deno.readTextFileSync(new URL("grafana/panoptes.json", DEPLOY)),
);
const shown = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => ({ title, expr: expr.replaceAll(/\$__(rate_interval|range)/g, "5m") }))
);

/** What `/metrics` prints. */
async function printed(): Promise<string> {
  using fixture = new LogFixture();
  fixture.queueAlert("a");
  return await (await fixture.app.request("/metrics")).text();
}

Deno.test("every metric of the alert rules and of the dashboard is one that /metrics prints", async () => {
  const types = [...(await printed()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  const names = new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_count`] : [name]
    ),
  );
  assert(rules.length > 10 && shown.length > 20);
  for (const { expr } of [...rules, ...shown]) {
    for (const [name] of expr.matchAll(/panoptes_\w+/g)) {
      assert(names.has(name), `${name}: ${expr}`);
    }
  }
});

Deno.test("docs/operations.md has each alert rule, with its expression, and what to do", () => {
  const rows = [...docs.matchAll(/^\| `(Panoptes\w+)` +\| `(.+?)` +\| (.+?) +\|$/gm)];
  assertEquals(
    rows.map(([, alert, expr = ""]) => ({ alert, expr: expr.replaceAll("\\|", "|") })),
    rules.map(({ alert, expr }) => ({ alert, expr })),
  );
});

const found = await findPromtool();

/** Declares a test that runs promtool in a folder of its own. */
function promtoolTest(
  name: string,
  test: (promtool: (input: string, ...args: string[]) => Promise<void>, folder: string) => unknown,
): void {
  const skipped = "missing" in found ? found.missing : undefined;
  Deno.test({
    name: skipped === undefined ? name : `${name} (skipped: ${skipped})`,
    ignore: skipped !== undefined,
    async fn() {
      if ("missing" in found) return;
      const { path } = found;
      const folder = await Deno.makeTempDir();
      const promtool = async (input: string, ...args: string[]) => {
        const process = new Deno.Command(path, {
          args,
          cwd: folder,
          stdin: "piped",
          stdout: "piped",
          stderr: "piped",
        }).spawn();
        const writer = process.stdin.getWriter();
        await writer.write(new TextEncoder().encode(input));
        await writer.close();
        const { success, stdout, stderr } = await process.output();
        const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
        assert(success, said);
      };
      try {
        await test(promtool, folder);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

promtoolTest(
  "promtool takes the alert rules, and they fire when they should",
  async (promtool, folder) => {
    await Deno.writeTextFile(`${folder}/panoptes.rules.yml`, rulesText);
    await Deno.copyFile(new URL("alert_rules.yml", import.meta.url), `${folder}/tests.yml`);
    await promtool("", "check", "rules", "panoptes.rules.yml");
    await promtool("", "test", "rules", "tests.yml");
  },
);

promtoolTest("promtool takes every expression of the dashboard", async (promtool, folder) => {
  const recorded = shown.map(({ expr }, n) => ({ record: `panel_${n}`, expr }));
  const file = stringify({ groups: [{ name: "dashboard", rules: recorded }] });
  await Deno.writeTextFile(`${folder}/dashboard.yml`, file);
  await promtool("", "check", "rules", "dashboard.yml");
});

promtoolTest(
  "promtool takes what /metrics prints",
  async (promtool) => promtool(await printed(), "check", "metrics"),
);
