import { assert, assertEquals } from "@std/assert";
import { Validator } from "@seriousme/openapi-schema-validator";
import { createGateway } from "../../src/http/gateway.ts";
import { openApiDocument } from "../../src/http/openapi.ts";
import { operationsOf } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import apiDocs from "../../src/worker/api_docs.json" with { type: "json" };
import { systemClock } from "../../src/stream/clock.ts";
import { buildApiDocs } from "../../tools/build_api_docs.ts";

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

Deno.test("the Worker bundles the document as it is now, and the gateway serves it without a token", async () => {
  assertEquals(apiDocs, buildApiDocs());
  const app = createGateway({
    tokens: [],
    sources: ["default"],
    clock: systemClock,
    page: apiDocs,
    backend: () => new Response("from the backend"),
    report: () => {},
  });
  const response = await app.request("/openapi.json");
  assertEquals(response.headers.get("Content-Type"), "application/json");
  assertEquals((await response.json()).openapi, "3.1.1");
});
