import { assert, assertEquals } from "@std/assert";
import { PROBLEMS } from "../../src/http/problem.ts";
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

Deno.test("docs/http.md lists every route with its scope, and no other", () => {
  // The gateway's own, which need no log.
  const own = ["GET /healthz none", "GET / none", "GET /assets/:name none"];
  const declared = routes.flatMap((route) =>
    operationsOf(route).map(([method, { scope }]) =>
      `${method} ${route.path.replaceAll(/\{.*?\}+/g, "")} ${scope}`
    )
  );
  const documented = [
    ...docs.matchAll(/^\| `((?:GET|PUT|POST|DELETE) \S+)` +\| `?([\w:]+)`? +\|/gm),
  ]
    .map(([, operation, scope]) => `${operation} ${scope}`);
  assert(declared.length >= 10);
  assertEquals(documented.sort(), [...declared, ...own].sort());
});

Deno.test("docs/http.md explains every query parameter", () => {
  const names = routes.flatMap((route) =>
    operationsOf(route).flatMap(([, { query }]) => Object.keys(query))
  );
  assert(names.length > 8);
  for (const name of names) assert(new RegExp(`^\\|[^|]*\`${name}\``, "m").test(docs), name);
});
