import { assert, assertEquals } from "@std/assert";
import { noCounts } from "../../src/watch/collector/counts.ts";
import { Bench } from "../watch/bench_of.ts";

const read = (path: string) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url));
const docs = read("docs/http.md");

Deno.test("docs/http.md says what every problem code means, and names none that there is not", () => {
  const source = read("src/http/problem.ts");
  const codes = [...source.matchAll(/^ {2}(\w+): \[(\d+), /gm)]
    .map(([, code, status]) => `${code} ${status}`);
  const said = [...docs.matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm)]
    .map(([, code, status]) => `${code} ${status}`);
  assert(codes.length > 8);
  assertEquals(said.sort(), codes.sort());
});

Deno.test("docs/http.md says how every member of the status is read", () => {
  using bench = new Bench();
  const { late: _, ...counts } = noCounts();
  const status = Object.keys(bench.watch.status());
  for (const member of [...status, ...Object.keys(counts)]) {
    assert(docs.includes(`\`${member}\``), member);
  }
});

Deno.test("docs/http.md names every route", () => {
  const sources = ["gateway", "log_app", "routes/deliveries"]
    .map((name) => read(`src/http/${name}.ts`)).join("\n");
  const routes = new Set(
    [...sources.matchAll(/"(\/(?:v1\/[a-z-]+|healthz|metrics))/g)].map(([, path]) => path!),
  );
  assert(routes.size >= 7);
  for (const route of routes) {
    assert(docs.includes(`GET ${route}\``) || docs.includes(`POST ${route}\``), route);
  }
});
