import { assert, assertEquals } from "@std/assert";
import { PROBLEMS } from "../../src/http/answer/problem.ts";
import { openApiDocument } from "../../src/http/openapi.ts";
import { operationsOf } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import { noCounts } from "../../src/watch/collector/counts.ts";
import { Bench } from "../watch/bench_of.ts";

const docs = Deno.readTextFileSync(new URL("../../docs/http.md", import.meta.url));

Deno.test("docs/http.md explains every problem code, and no other", () => {
  const codes = Object.entries(PROBLEMS).map(([code, [status]]) => `${code} ${status}`);
  const documented = [...docs.matchAll(/^\| `(\w+)` +\| (\d+) +\|/gm)]
    .map(([, code, status]) => `${code} ${status}`);
  assert(codes.length > 8);
  assertEquals(documented.sort(), codes.sort());
});

Deno.test("docs/http.md explains every member of the status", () => {
  using bench = new Bench();
  const { late: _, ...counts } = noCounts();
  const status = Object.keys(bench.watch.status());
  for (const member of [...status, ...Object.keys(counts)]) {
    assert(docs.includes(`\`${member}\``), member);
  }
});

Deno.test("docs/http.md lists the operations of /openapi.json with scope and purpose, and no other", () => {
  const { paths } = openApiDocument("0");
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security: [needed], summary }]) => [
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ":$1")}`,
      needed?.["token"]?.[0] ?? "none",
      summary,
    ])
  );
  // For people, not for programs.
  const pages = ["GET /", "GET /docs", "GET /assets/:name"];
  const row = /^\| `((?:GET|PUT|POST|DELETE) \S+)` +\| `?([\w:]+)`? +\| (.*?) +\|$/gm;
  const documented = [...docs.matchAll(row)]
    .map(([, operation, scope, cell = ""]) => {
      const purpose = cell.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
      return [operation, scope, purpose.charAt(0).toUpperCase() + purpose.slice(1)];
    });
  assert(operations.length >= 30);
  assertEquals(
    documented.filter(([operation]) => !pages.includes(operation!)).sort(),
    operations.sort(),
  );
  for (const page of pages) assert(documented.some(([operation]) => operation === page), page);
});

Deno.test("docs/http.md explains every query parameter", () => {
  const names = routes.flatMap((route) =>
    operationsOf(route).flatMap(([, { query }]) => Object.keys(query))
  );
  assert(names.length > 8);
  for (const name of names) assert(new RegExp(`^\\|[^|]*\`${name}\``, "m").test(docs), name);
});
