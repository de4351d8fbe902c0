import { assert, assertEquals } from "@std/assert";
import { operationsOf, type Route } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import { LogFixture } from "./log_fixture.ts";
import { settled } from "../support/manual_clock.ts";

Deno.test("lists have at most 100 rows", async () => {
  using fixture = new LogFixture();
  for (let n = 0; n < 101; n++) fixture.queueAlert(`${n}`);
  const invalid = Array.from({ length: 101 }, (_, value) => ({ value, issues: [] }));
  fixture.log.transaction(() => fixture.log.keepInvalid(invalid, 0));
  for (const [path, name] of [["deliveries", "deliveries"], ["invalid-events", "invalidEvents"]]) {
    const list = await (await fixture.app.request(`/v1/${path}`)).json();
    assertEquals([list[name!].length, list.next !== null], [100, true]);
    assertEquals((await fixture.app.request(`/v1/${path}?limit=101`)).status, 400);
  }
});

Deno.test("the log's app answers an unknown path with a problem", async () => {
  using fixture = new LogFixture();
  const unknown = await fixture.app.request("/v1/nothing");
  assertEquals([unknown.status, (await unknown.json()).code], [404, "not_found"]);
});

for (const route of routes) {
  const path = route.path.replaceAll(/:\w+/g, "1");
  const declared = operationsOf(route).map(([method]) => method);

  Deno.test(`${path} answers every method that it does not declare with 405 and Allow`, async () => {
    using fixture = new LogFixture();
    const allowed = declared.flatMap((method) => method === "GET" ? ["GET", "HEAD"] : [method]);
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"]) {
      const response = await fixture.app.request(path, { method });
      assertEquals(response.status === 405, !allowed.includes(method), method);
      if (response.status !== 405) {
        await response.body?.cancel();
        continue;
      }
      assertEquals(response.headers.get("Allow"), allowed.join(", "));
      if (method !== "HEAD") assertEquals((await response.json()).code, "method_not_allowed");
    }
  });

  Deno.test(`${path} refuses a query parameter that it does not declare`, async () => {
    using fixture = new LogFixture();
    const id = fixture.queueAlert("a");
    for (const method of declared) {
      const response = await fixture.app.request(`${path}?verbose=1`, { method });
      const { code, detail, message } = await response.json();
      const unknown = '"verbose" is not a parameter here';
      assertEquals(
        [response.status, code, detail ?? message],
        message === undefined
          ? [400, "invalid_request", unknown]
          : [400, 3, `Invalid request: ${unknown}`], // a google.rpc.Status
      );
    }
    assertEquals(fixture.log.message(id)?.updatedAt, fixture.log.message(id)?.createdAt);
  });
}

Deno.test("the log's app reports an unexpected error, and tells the client nothing about it", async () => {
  using fixture = new LogFixture();
  fixture.log.sql.run("DROP TABLE invalid_events");
  const response = await fixture.app.request("/v1/invalid-events");
  const text = await response.text();
  assertEquals([response.status, JSON.parse(text).code], [500, "internal"]);
  assertEquals(/invalid_events|table|stack/.test(text), false);
  assertEquals(fixture.reports.length, 1);
});

Deno.test("routes.ts lists every route that a file in src/http/routes/ declares", async () => {
  const folder = new URL("../../src/http/routes/", import.meta.url);
  for await (const { name } of Deno.readDir(folder)) {
    const module: Record<string, unknown> = await import(new URL(name, folder).href);
    const declared = Object.entries(module).filter(([name]) => /Routes?$/.test(name))
      .flatMap(([, value]) => value);
    assert(declared.length > 0, name);
    for (const route of declared) assert(routes.includes(route as Route), name);
  }
});

Deno.test("LogFeed says since when entries are written but not shown, until they are durable", async () => {
  using fixture = new LogFixture();
  const { promise, resolve: confirm } = Promise.withResolvers<void>();
  fixture.durable = () => promise;
  const written = fixture.clock.now();
  await fixture.recordEvents(1, 1);
  assertEquals(fixture.access.events.head().newest, 0);
  assertEquals(fixture.feeds[0]?.hiddenSince, written);
  confirm();
  await settled();
  assertEquals(fixture.access.events.head().newest, 1);
  assertEquals(fixture.feeds[0]?.hiddenSince, undefined);
});
