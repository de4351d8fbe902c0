import { assert, assertEquals, assertMatch } from "@std/assert";
import page from "../../src/service/page.json" with { type: "json" };
import { buildPage } from "../../tools/build_page.ts";
import { gatewayOfPage } from "../http/gateway_of_page.ts";
import { firstViewSizes } from "./first_view.ts";

const app = gatewayOfPage(page);

Deno.test("the first view is at most 60 KB, gzipped and in all", () => {
  const sizes = firstViewSizes();
  const total = sizes.reduce((sum, [, size]) => sum + size, 0);
  assert(sizes.length >= 4);
  assert(total <= 60_000, `${total} bytes: ${JSON.stringify(sizes)}`);
});

Deno.test("the page needs no token, and every file of it is its own", async () => {
  const html = await (await app.request("/")).text();
  const linked = [...html.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path]) => path!);
  assert(linked.length >= 3);
  for (const path of [...linked, ...Object.keys(page).filter((path) => path !== "/")]) {
    assertMatch(path, /^\/assets\/\w+-[A-Z0-9]{8}\.(js|css|svg)$/);
    const { status, headers, body } = await app.request(path);
    assertEquals(status, 200, path);
    assertEquals(headers.get("Cache-Control"), "public, max-age=31536000, immutable");
    await body?.cancel();
  }
});

Deno.test("the page has no script or style within it, and its policy would let none run", async () => {
  const response = await app.request("/");
  const policy = response.headers.get("Content-Security-Policy") ?? "";
  assertMatch(policy, /^default-src 'none'; /);
  assertMatch(policy, /require-trusted-types-for 'script'/);
  assert(!/unsafe|https?:|\*/.test(policy), policy);
  assertEquals(response.headers.get("Cache-Control"), "no-cache");
  const html = await response.text();
  assert(!/<style|<script(?! type="module" src=)|\son\w+=|\sstyle=/i.test(html));
});

Deno.test("the browser learns from the page itself which files the first view needs", async () => {
  const html = await (await app.request("/")).text();
  for (const [path] of firstViewSizes()) {
    if (path === "/" || path.includes("minutes_chart")) continue;
    assertMatch(html, new RegExp(`(?:href|src)="${path}"`));
  }
});

Deno.test("the page is served for GET and HEAD only, and only at its paths", async () => {
  assertEquals((await app.request("/", { method: "HEAD" })).status, 200);
  for (const [method, path] of [["POST", "/"], ["GET", "/assets/"], ["GET", "/index.html"]]) {
    assertEquals((await app.request(path!, { method: method! })).status, 401, `${method} ${path}`);
  }
});

Deno.test("a file has another name once its content is another, and the same until then", async () => {
  assertEquals(await buildPage(), page);
});
