import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { openApiDocument } from "../../src/http/openapi.ts";
import { PROBLEMS } from "../../src/http/answer/problem.ts";
import { operationsOf } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import apiDocs from "../../src/service/api_docs.json" with { type: "json" };
import { checked, checkMessage } from "../support/checked_answers.ts";
import { apiPage } from "../../tools/api_page.tsx";
import { buildApiDocs } from "../../tools/build_api_docs.ts";
import { gatewayOfPage } from "./gateway_of_page.ts";

const document = openApiDocument("0.1.0");

Deno.test("the document is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate({ ...structuredClone(document) });
  assertEquals(errors ?? [], []);
  assert(valid);
});

Deno.test("the document has every operation of every route, and says what each part of it means", () => {
  for (const route of routes) {
    for (const [method, { query }] of operationsOf(route)) {
      const path = route.path.replace(/:(\w+)/g, "{$1}");
      const { parameters = [] } = document.paths[path]![method.toLowerCase()]!;
      const names = parameters.map(({ name }) => name);
      for (const name of [...Object.keys(query), ...Object.keys(route.params)]) {
        assert(names.includes(name), `${method} ${path} ${name}`);
      }
      for (const { name, description } of parameters) {
        assert(description !== "", `${method} ${path} ${name} has no description`);
      }
    }
  }
});

Deno.test("no two operations have the same id, so that a generator can name functions by it", () => {
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId)
  );
  assertEquals(ids.length, new Set(ids).size);
  for (const id of ids) assert(/^[a-z]+([A-Z][a-z]+)*$/.test(id), id);
});

Deno.test("the schemas of the document say what every member means", () => {
  const silent = Object.entries(document.components.schemas).flatMap(([name, schema]) =>
    Object.entries(schema["properties"] as Record<string, { description?: string }>)
      .filter(([, { description }]) => description === undefined)
      .map(([member]) => `${name}.${member}`)
  );
  assertEquals(silent, []);
});

Deno.test("the document refers to nothing that it does not contain, and contains nothing unused", () => {
  const text = JSON.stringify(document);
  const used = new Set([...text.matchAll(/"#\/components\/(\w+\/\w+)"/g)].map(([, name]) => name));
  const { schemas, responses } = document.components;
  const contained = [
    ...Object.keys(schemas).map((name) => `schemas/${name}`),
    ...Object.keys(responses).map((name) => `responses/${name}`),
  ];
  assertEquals([...used].sort(), contained.sort());
});

Deno.test("every problem code is an answer of some operation", () => {
  const own = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).flatMap(({ responses }) => Object.values(responses))
  );
  const names = [...Object.values(document.components.responses), ...own].flatMap((response) =>
    "description" in response
      ? [...response.description.matchAll(/`(\w+)`: /g)].map(([, code]) => code)
      : []
  );
  // That of a method that is no operation.
  const codes = Object.keys(PROBLEMS).filter((code) => code !== "method_not_allowed");
  assertEquals([...new Set(names)].sort(), codes.sort());
});

Deno.test("an answer fails the test that reads it if the document does not describe it", async () => {
  const read = (
    body: unknown,
    { path = "/v1/changes", type = "application/json", status = 200 } = {},
  ) =>
    checked("GET", path, Response.json(body, { status, headers: { "Content-Type": type } })).json();
  const known = { changes: [], next: null };
  assertEquals(await read(known), known);
  await assertRejects(() => read({ ...known, more: 1 }), Error, "more");
  await assertRejects(() => read({ ...known, changes: [{}] }), Error, "/changes/0");
  assertThrows(() => read(known, { type: "text/html" }), Error, "not application/json");
  assertThrows(() => read(known, { status: 201 }), Error, "does not say so");
  assertThrows(() => read(known, { path: "/v1/nothing" }), Error, "only a problem");
  assertThrows(() => checkMessage("gap", "{}"), Error, "requested");
});

Deno.test("the Worker bundles the document as it is now, and the gateway serves it without a token", async () => {
  assertEquals<unknown>(apiDocs, await buildApiDocs());
  const app = gatewayOfPage(apiDocs);
  const response = await app.request("/openapi.json");
  assertEquals(response.headers.get("Content-Type"), "application/json");
  assertEquals((await response.json()).openapi, "3.1.1");
});

Deno.test("/docs shows every operation and schema, links only to what it has, and runs no script", () => {
  const { text } = apiDocs["/docs"];
  const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  for (const methods of Object.values(document.paths)) {
    for (const { operationId } of Object.values(methods)) assert(ids.has(operationId), operationId);
  }
  for (const name of Object.keys(document.components.schemas)) assert(ids.has(name), name);
  const links = [...text.matchAll(/ href="([^"]+)"/g)].map(([, href = ""]) => href);
  assert(links.length > 60);
  const known = new Set([...Object.keys(apiDocs), "/", ...[...ids].map((id) => `#${id}`)]);
  assertEquals(links.filter((href) => !known.has(href)), []);
  assert(!/<script|<style|\son\w+=|\sstyle=|https?:\/\//i.test(text));
});

Deno.test("/docs shows what the document says as text, whatever it is", () => {
  const hostile = { ...document, info: { ...document.info, description: "<script>`<b>`" } };
  const html = apiPage(hostile, "/assets/docs.css");
  assert(html.includes("&lt;script&gt;"));
  assert(!html.includes("<script"));
});
