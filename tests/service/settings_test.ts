import { assert, assertEquals } from "@std/assert";
import { parse } from "@std/toml";
import { parseEnv } from "node:util";
import { FREE_STORED_GB } from "../../tools/cost/prices.ts";
import { DEFAULT_WATCH_OPTIONS } from "../../src/watch/watch_options.ts";
import { readConfig } from "../../src/service/config.ts";
import { SETTING_NAMES, SETTINGS } from "../../src/service/settings.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const settings = Object.values(SETTINGS);
const secrets = settings.filter(({ isSecret }) => isSecret).map(({ name }) => name);

Deno.test("docs/configuration.md has one row for each setting, with its default, help and bounds", () => {
  const rows = settings.map((
    { name, isSecret, shownDefault, help, bounds },
  ) => [`\`${name}\``, isSecret ? "yes" : "", shownDefault, bounds ? `${help}; ${bounds}` : help]);
  const documented = [...read("docs/configuration.md").matchAll(/^\| (`[A-Z_]+`.*) \|$/gm)]
    .map(([, cells = ""]) => cells.split("|").map((cell) => cell.trim()));
  assertEquals(documented, rows, "deno fmt aligns the rows:\n" + table(rows));
});

Deno.test("README.md and wrangler.toml name every secret, and no other", () => {
  const readme = [...read("README.md").matchAll(/wrangler secret put ([A-Z_]+)/g)]
    .map(([, name]) => name);
  assertEquals(readme.sort(), secrets.toSorted());
  const [, listed = ""] =
    /Secrets: ([A-Z_, ]+)/.exec(read("wrangler.toml").replaceAll("\n# ", " ")) ??
      [];
  assertEquals(listed.split(", ").sort(), secrets.toSorted());
});

Deno.test(".dev.vars.example sets every secret, no other setting, and has a comment on each", () => {
  const example = read(".dev.vars.example");
  const values = parseEnv(example);
  assertEquals(Object.keys(values).sort(), secrets.toSorted());
  assertEquals(readConfig(values).problems, []);
  for (const name of secrets) assert(new RegExp(`^#.*\\n${name}=`, "m").test(example), name);
});

Deno.test("wrangler.toml sets only variables that are settings and no secrets", () => {
  const { vars = {} } = parse(read("wrangler.toml")) as { vars?: Record<string, unknown> };
  const variables = SETTING_NAMES.filter((name) => !secrets.includes(name));
  assertEquals(Object.keys(vars).filter((name) => !variables.includes(name)), []);
});

Deno.test("wrangler.toml keeps a log that the free plan of Cloudflare can store", () => {
  const { vars } = parse(read("wrangler.toml")) as { vars: Record<string, string> };
  const { config } = readConfig({ TE_TOKEN: "te-token", ...vars });
  assertEquals(vars.PLAN, "free");
  assert(config !== undefined && config.maxBytes < FREE_STORED_GB * 1e9);
});

Deno.test("wrangler.toml keeps webhooks to our own zone behind its firewall", () => {
  const { compatibility_flags } = parse(read("wrangler.toml")) as { compatibility_flags: string[] };
  assert(compatibility_flags.includes("global_fetch_strictly_public"));
});

Deno.test("the defaults of settings are the defaults of the watch", () => {
  const { config } = readConfig({ TE_TOKEN: "te-token" });
  const names = [
    "pollMs",
    "overlapMs",
    "backfillMs",
    "maxAlertAgeMs",
    "maxAgeMs",
    "maxBytes",
  ] as const;
  for (const name of names) {
    assertEquals(config?.[name], DEFAULT_WATCH_OPTIONS[name], name);
  }
});

function table(rows: string[][]): string {
  return rows.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
