import { assert } from "@std/assert";
import { Ajv2020, type ValidateFunction } from "ajv";
import addFormats from "ajv-formats";
import { openApiDocument, type OpenApiOperation } from "../../src/http/openapi.ts";

/** Taken before any test counts what is parsed. */
const { parse } = JSON;

const document = openApiDocument("0.0.0");

/** The operations, each with the paths that it has; fixed paths come before those with parameters. */
const PATHS = Object.entries(document.paths).map(([path, methods]) => {
  const { parameters = [] } = Object.values(methods)[0]!;
  const pattern = path.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{(\w+)\}/g, (_, name) => {
    const { schema } = parameters.find((parameter) => parameter.name === name)!;
    return String(schema["pattern"]).slice(1, -1);
  });
  return { path, methods, pattern: new RegExp(`^${pattern}$`) };
}).sort((a, b) => Number(a.path.includes("{")) - Number(b.path.includes("{")));

/** The files of the pages for people. */
const PAGES = /^\/(docs|assets\/.+)?$/;

/** A copy in which an object has no members but those that are described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, closed(one)]));
  const isOpen = !("properties" in value) || "additionalProperties" in value;
  return isOpen ? copy : { ...copy, unevaluatedProperties: false };
}

const ajv = addFormats.default(new Ajv2020({ strict: false, allErrors: true }));
ajv.addSchema({ $id: "panoptes", ...closed(document) as object });

const validators = new Map<string, ValidateFunction>();

/** Fails if a value is not what a part of the document says, named by its JSON pointer. */
function check(value: unknown, pointer: string, about: string): void {
  const known = validators.get(pointer);
  const validate = known ?? ajv.compile({ $ref: `panoptes#${pointer}` });
  validators.set(pointer, validate);
  if (validate(value)) return;
  const problems =
    validate.errors?.map(({ instancePath, message, params }) =>
      `${instancePath || "the body"} ${message} ${JSON.stringify(params)}`
    ) ?? [];
  throw new Error(
    `${about} is not what /openapi.json says:\n${[...new Set(problems)].join("\n")}\n` +
      JSON.stringify(value).slice(0, 2_000),
  );
}

function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
}

/**
 * Checks an answer against `/openapi.json`: its status and its media type at once, and its body when
 * the test reads it as text or JSON. So a test that leaves a body unread, or reads it slowly, is as
 * it was.
 *
 * @param method The method of the request.
 * @param url The URL or path of the request.
 * @param response The answer.
 * @returns The same response.
 */
export function checked(method: string, url: string | URL, response: Response): Response {
  const { pathname } = new URL(url, "http://panoptes.test");
  const found = PATHS.find(({ pattern }) => pattern.test(pathname));
  const name = method === "HEAD" ? "get" : method.toLowerCase();
  const operation = found?.methods[name];
  const type = response.headers.get("Content-Type")?.split(";")[0] ?? "";
  const about = `${method} ${pathname} ${response.status} ${type}`;
  if (response.status === 200 && PAGES.test(pathname)) return response;
  const place = found === undefined || operation === undefined
    ? problemPlace(type, about)
    : placeOf(`/paths/${escaped(found.path)}/${name}`, operation, response.status, type, about);
  if (method === "HEAD") return response;
  const read = response.text.bind(response);
  response.text = async () => {
    const text = await read();
    if (type === "application/x-ndjson") {
      for (const line of text.split("\n")) if (line !== "") check(parse(line), place, about);
    } else check(type.endsWith("json") ? parse(text) : text, place, about);
    return text;
  };
  response.json = async () => parse(await response.text());
  return response;
}

/** Where no operation is, only a problem can be. */
function problemPlace(type: string, about: string): string {
  assert(type === "application/problem+json", `${about}: only a problem can be answered there`);
  return "/components/schemas/Problem";
}

/** Where the document has the schema of an answer. */
function placeOf(
  place: string,
  { responses }: OpenApiOperation,
  status: number,
  type: string,
  about: string,
): string {
  const declared = responses[String(status)];
  if (declared === undefined) throw new Error(`${about}: /openapi.json does not say so`);
  if (!("$ref" in declared)) {
    assert(type in declared.content, `${about}: not ${Object.keys(declared.content).join(" or ")}`);
    return `${place}/responses/${status}/content/${escaped(type)}/schema`;
  }
  assert(type === "application/problem+json", `${about}: the answer must be a problem`);
  return `${declared.$ref.slice(1)}/content/${escaped(type)}/schema`;
}

/**
 * Checks a message of an event stream: its data is what the document says of an event, an alert or a
 * gap.
 *
 * @param event The type of the message.
 * @param data Its data.
 */
export function checkMessage(event: string | undefined, data: string): void {
  const schema = { audit: "Event", alert: "Alert", gap: "Gap" }[event ?? ""];
  if (schema === undefined) return;
  check(parse(data), `/components/schemas/${schema}`, `a message '${event}'`);
}

/** An app that can be asked without a network. */
interface App {
  request: (input: string | Request | URL, init?: RequestInit) => Response | Promise<Response>;
}

/**
 * Checks every answer of an app to `request()`.
 *
 * @param app The app; its `fetch()` stays as it is.
 * @returns The same app.
 */
export function withCheckedAnswers<Asked extends App>(app: Asked): Asked {
  const { request } = app;
  app.request = async (input, init) => {
    const method = init?.method ?? (input instanceof Request ? input.method : "GET");
    const url = input instanceof Request ? input.url : input;
    return checked(method, url, await request(input, init));
  };
  return app;
}
