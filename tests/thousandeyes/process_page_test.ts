import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { processPage } from "../../src/thousandeyes/page/process_page.ts";
import { RefusedLinkError } from "../../src/thousandeyes/page/refused_link_error.ts";
import * as errors from "../../src/thousandeyes/errors/status_errors.ts";
import {
  ThousandEyesError,
  type ThousandEyesErrorCode,
} from "../../src/thousandeyes/errors/thousand_eyes_error.ts";
import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import { LeapClock } from "../support/leap_clock.ts";
import { NOON, PAGE_URL } from "./api.ts";

const TESTDATA = new URL("../testdata/thousandeyes/", import.meta.url);
const BODIES: Record<string, unknown> = JSON.parse(
  await Deno.readTextFile(new URL("errors.json", TESTDATA)),
);

async function sample(name: string): Promise<Response> {
  return new Response(await Deno.readTextFile(new URL(`${name}.json`, TESTDATA)), {
    headers: { "content-type": "application/hal+json;charset=UTF-8" },
  });
}

const requested = new URL("https://api.thousandeyes.com/v7/audit-user-events?window=1h");

async function failing(response: Response): Promise<ThousandEyesError> {
  return await assertRejects(() => processPage(response, { requested }), ThousandEyesError);
}

Deno.test("processPage() reads the example of the specification", async () => {
  const page = await processPage(await sample("openapi-example"), { requested });
  assertEquals(page.events.map(({ event, resources }) => [event, resources?.length]), [
    ["Report created.", 2],
    ["Login failed.", undefined],
  ]);
  assertEquals([page.startDate, page.endDate], ["2022-07-17T22:00:54Z", "2022-07-18T22:00:54Z"]);
  assertEquals([page.invalid, page.next], [[], undefined]);
});

Deno.test("processPage() refuses the placeholder link of the SDKs' tests, and keeps the page", async () => {
  const error = await failing(await sample("sdk-test"));
  if (!(error instanceof RefusedLinkError)) throw error;
  assertEquals(error.code, "templated_link");
  assertEquals(error.page.events.length, 2);
  assertEquals(Object.keys(error).includes("page"), false);
});

Deno.test("processPage() reads the captured page and follows its link", async () => {
  const page = await processPage(await sample("captured-page"), { requested });
  assertEquals(page.events.length, 18);
  assertEquals(page.next?.searchParams.get("cursor"), "b2Zmc2V0PTU1MDE4Mzgw");
  assertEquals(page.next?.searchParams.get("endDate"), "2024-12-30T07:02:08Z");
});

Deno.test("processPage() takes the captured empty page for the last", async () => {
  const page = await processPage(await sample("captured-empty-page"), { requested });
  assertEquals([page.events, page.invalid, page.next], [[], [], undefined]);
});

Deno.test("processPage() tolerates a body of API v6", async () => {
  const page = await processPage(await sample("v6-example"), { requested });
  assertEquals(page.invalid, []);
  assertEquals(page.events.map(({ aid, uid }) => [aid, uid]), [["75", "245"], ["75", "245"]]);
  assertEquals(parseDate(page.events[0]!.date!), Date.UTC(2017, 5, 2, 18, 8, 6));
});

const PAGES: [string, unknown][] = [
  ["auditEvents null, with links", { auditEvents: null, _links: {} }],
  ["auditEvents absent, with links", { _links: { self: { href: "x" } } }],
  ["links null", { auditEvents: [], _links: null }],
  ["next null", { auditEvents: [], _links: { next: null } }],
  ["dates null", { auditEvents: [], startDate: null, endDate: null }],
  ["other links of any shape", { auditEvents: [], _links: { self: 7, previous: {} } }],
  ["dates of another type", { auditEvents: [], startDate: 7, endDate: {}, _links: {} }],
  ["a byte order mark", undefined],
];
for (const [name, body] of PAGES) {
  Deno.test(`processPage() accepts a page with ${name}`, async () => {
    const response = body === undefined
      ? new Response('\ufeff{"auditEvents":[]}')
      : Response.json(body);
    const page = await processPage(response, { requested });
    assertEquals([page.events, page.next], [[], undefined]);
  });
}

const NO_PAGES: [string, string, ThousandEyesErrorCode][] = [
  ["an empty body", "", "not_json"],
  ["plain text", "Service is restarting", "not_json"],
  ["a body that was cut short", '{"auditEvents":[{"event":"Login', "not_json"],
  ["null", "null", "wrong_shape"],
  ["a list", "[]", "wrong_shape"],
  ["an object that has nothing of a page", '{"status":"ok"}', "wrong_shape"],
  ["auditEvents that are no list", '{"auditEvents":{}}', "wrong_shape"],
  ["events under another name", '{"events":[{"event":"x"}],"_links":{}}', "wrong_shape"],
  [
    "auditEvents null, and another list",
    '{"auditEvents":null,"items":[],"_links":{}}',
    "wrong_shape",
  ],
];
for (const [name, body, code] of NO_PAGES) {
  Deno.test(`processPage() refuses ${name} instead of taking it for the end: ${code}`, async () => {
    const error = await failing(new Response(body));
    assertEquals([error.code, error.status], [code, 200]);
    assertEquals(error.retryable, code === "not_json");
    assertEquals(error.cause !== undefined, !/ok|_links/.test(body));
  });
}

const BAD_LINKS: [string, unknown, string][] = [
  ["_links: []", [], "_links is an empty array, not an object"],
  ["_links: [{ next }]", [{ next: { href: "?cursor=b" } }], "_links is an array, not an object"],
  ["_links: text", "?cursor=b", "_links is a string, not an object"],
  ["_links: 7", 7, "_links is a number, not an object"],
  ["_links: true", true, "_links is a boolean, not an object"],
  ["next: {}", { next: {} }, "href is missing, not a string"],
  ["next: text", { next: "?cursor=b" }, "next is a string, not a link"],
  ["next: 7", { next: 7 }, "next is a number, not a link"],
  ["next: false", { next: false }, "next is a boolean, not a link"],
  ["next: []", { next: [] }, "next is an empty array, not a link"],
  ["next: [null]", { next: [null] }, "next is null, not a link"],
  ["next: [[]]", { next: [[{ href: "?cursor=b" }]] }, "next is an array, not a link"],
  ["href: null", { next: { href: null } }, "href is null, not a string"],
  ["href: 7", { next: { href: 7 } }, "href is a number, not a string"],
  ["href: []", { next: [{ href: ["?cursor=b"] }] }, "href is an array, not a string"],
  ["href: {}", { next: { href: {} } }, "href is an object, not a string"],
  ["templated: text", { next: { href: "?cursor=b", templated: "yes" } }, "templated is a string"],
];
for (const [name, _links, message] of BAD_LINKS) {
  Deno.test(`processPage() keeps the events of a page with ${name}, and says what is wrong`, async () => {
    const body = { auditEvents: [{ event: "Login failed." }], _links };
    const error = await failing(Response.json(body));
    if (!(error instanceof RefusedLinkError)) throw error;
    assertEquals(error.code, "malformed_link");
    assert(error.message.includes(message), error.message);
    assertEquals(error.page.events, [{ event: "Login failed." }]);
  });
}

Deno.test("processPage() follows the first of a list of next links, as HAL allows it", async () => {
  const next = [{ href: "?cursor=b" }, { href: "https://elsewhere.example/" }];
  const page = await processPage(Response.json({ auditEvents: [], _links: { next } }), {
    requested,
  });
  assertEquals(page.next?.href, "https://api.thousandeyes.com/v7/audit-user-events?cursor=b");
});

const MEDIA_TYPES = [
  "application/hal+json;charset=UTF-8",
  "application/json",
  "APPLICATION/HAL+JSON; charset=utf-8",
  "text/plain",
  "text/html",
  "application/octet-stream",
  undefined,
];
for (const type of MEDIA_TYPES) {
  Deno.test(`processPage() reads a page whatever its media type: ${type ?? "none"}`, async () => {
    const bytes = new TextEncoder().encode('{"auditEvents":[{"event":"Login failed."}]}');
    const headers = type === undefined ? new Headers() : new Headers({ "content-type": type });
    const page = await processPage(new Response(bytes, { headers }), { requested });
    assertEquals(page.events, [{ event: "Login failed." }]);
  });
}

type Kind = typeof ThousandEyesError;
const STATUSES: [number, string, Kind, ThousandEyesErrorCode, boolean, string][] = [
  [
    400,
    "400-validation",
    errors.BadRequestError,
    "bad_request",
    false,
    "Request validation failed. There are invalid or missing fields: " +
    "Your request object contains invalid fields.: " +
    "firstName: firstName cannot have fancy characters: password: Password cannot be blank",
  ],
  [
    400,
    "400-title-only",
    errors.BadRequestError,
    "bad_request",
    false,
    "There were some errors in your request, please correct them before trying again. " +
    "Error in field prefix.prefix : Prefix is empty.",
  ],
  [
    401,
    "401-oauth",
    errors.UnauthorizedError,
    "unauthorized",
    false,
    "invalid_token: Invalid access token",
  ],
  [
    401,
    "401-no-credentials",
    errors.UnauthorizedError,
    "unauthorized",
    false,
    "401 Not Authorized Please ensure you are using the correct authentication token.",
  ],
  [
    404,
    "404-problem",
    errors.NotFoundError,
    "not_found",
    false,
    "URI Resource Not Found: " +
    "Details explaining if the 404 error is related to an invalid URI or a wrong ID",
  ],
  [
    412,
    "412-older",
    ThousandEyesError,
    "unexpected_status",
    false,
    "PRECONDITION_FAILED: User cannot create more than 5 integrations",
  ],
  [
    500,
    "500-problem",
    errors.InternalServerError,
    "server_error",
    true,
    "Internal server error: Optional detail about the internal error message.",
  ],
];
for (const [status, name, kind, code, retryable, said] of STATUSES) {
  Deno.test(`processPage() makes a ${kind.name} of ${name}`, async () => {
    const error = await failing(Response.json(BODIES[name], { status }));
    assertInstanceOf(error, kind);
    assertEquals([error.code, error.status, error.retryable], [code, status, retryable]);
    assertEquals(error.message, `Cannot list audit events: ${status}: ${said}`);
    assert(error.problem !== undefined);
  });
}

const BARE: [number, Kind, ThousandEyesErrorCode, boolean][] = [
  [204, ThousandEyesError, "unexpected_status", true],
  [400, errors.BadRequestError, "bad_request", false],
  [401, errors.UnauthorizedError, "unauthorized", false],
  [403, errors.ForbiddenError, "forbidden", false],
  [404, errors.NotFoundError, "not_found", false],
  [405, ThousandEyesError, "unexpected_status", false],
  [406, ThousandEyesError, "unexpected_status", false],
  [408, ThousandEyesError, "unexpected_status", true],
  [415, ThousandEyesError, "unexpected_status", false],
  [429, errors.RateLimitedError, "rate_limited", true],
  [500, errors.InternalServerError, "server_error", true],
  [502, errors.BadGatewayError, "bad_gateway", true],
  [503, errors.ServiceUnavailableError, "unavailable", true],
  [504, ThousandEyesError, "server_error", true],
];
for (const [status, kind, code, retryable] of BARE) {
  Deno.test(`processPage() makes a ${kind.name} of a bare ${status}`, async () => {
    const error = await failing(new Response(null, { status }));
    assertEquals(error.constructor, kind);
    assertEquals([error.code, error.status, error.retryable], [code, status, retryable]);
    assertEquals([error.problem, error.message], [
      undefined,
      `Cannot list audit events: ${status}`,
    ]);
  });
}

const SHAPES: [string, string, string | undefined][] = [
  [
    "HTML",
    "<html>\r\n<head><title>502 Bad Gateway</title></head><body></body></html>",
    "502 Bad Gateway",
  ],
  ["plain text over lines", "No\r\n\u0007healthy\tupstream", "No healthy upstream"],
  ["errors as text", '{"errors":["One","Two"]}', "One"],
  ["errors of several kinds", '{"errors":[null,7,{},{"message":"Three"}]}', "Three"],
  ["errors null", '{"title":"T","errors":null}', "T"],
  ["members of wrong types", '{"title":7,"error":[],"errorMessage":"E"}', "E"],
  ["an empty object", "{}", undefined],
  ["blanks", " \n ", undefined],
];
for (const [name, body, title] of SHAPES) {
  Deno.test(`processPage() reads an error body of ${name}`, async () => {
    const error = await failing(new Response(body, { status: 500 }));
    assertEquals(error.problem?.title, title);
  });
}

Deno.test("processPage() uses the HTTP status, not the one in the body", async () => {
  const error = await failing(Response.json({ status: 0, title: "No" }, { status: 403 }));
  assertEquals([error.status, error.code], [403, "forbidden"]);
});

Deno.test("processPage() quotes at most one line of a body that is not a page", async () => {
  const hostile = `\u001b[2J\r\n${"x".repeat(300_000)}`;
  for (
    const body of [{ auditEvents: hostile }, {
      _links: { next: { href: `https://${"e".repeat(1e5)}/` } },
    }]
  ) {
    const error = await failing(Response.json(body));
    const said = [error.message, (error.cause as Error).message];
    for (const text of said) assert(text.length < 400 && !/\p{Cc}/u.test(text), text.slice(0, 500));
  }
});

Deno.test("processPage() cuts long error messages", async () => {
  const body = JSON.stringify({ title: "x".repeat(1e6), errors: Array(1000).fill("e") });
  const error = await failing(new Response(body, { status: 400 }));
  assertEquals(error.problem?.title.length, 300);
  assertEquals(error.problem?.errors?.length, 20);
  assert(error.message.length < 2_000);
});

Deno.test("processPage() reads the rate limit of any response", async () => {
  const headers = {
    "x-organization-rate-limit-limit": "240",
    "x-organization-rate-limit-remaining": "0",
    "x-organization-rate-limit-reset": "1785153000",
  };
  const rateLimit = { limit: 240, remaining: 0, resetAt: 1_785_153_000_000 };
  const page = await processPage(Response.json({ auditEvents: [] }, { headers }), { requested });
  assertEquals(page.rateLimit, rateLimit);
  const limited = await failing(new Response(null, { status: 429, headers }));
  assertEquals([limited.rateLimit, limited.retryAt], [rateLimit, rateLimit.resetAt]);
  const failed = await failing(new Response(null, { status: 500, headers }));
  assertEquals([failed.rateLimit, failed.retryAt], [rateLimit, undefined]);
  const shapeless = await failing(new Response("null", { headers }));
  assertEquals(shapeless.rateLimit, rateLimit);
});

Deno.test("processPage() reads Retry-After in seconds and as a date, before the reset", async () => {
  const clock = new LeapClock(NOON);
  const forms = { "120": 120, "Thu, 01 Jan 2026 12:01:00 GMT": 60, "soon": 30, "-1": 30 };
  for (const [text, seconds] of Object.entries(forms)) {
    const response = new Response(null, {
      status: 429,
      headers: { "retry-after": text, "x-organization-rate-limit-reset": "30" },
    });
    const error = await assertRejects(
      () => processPage(response, { requested: PAGE_URL, clock }),
      ThousandEyesError,
    );
    assertEquals(error.retryAt, Date.parse(NOON) + seconds * 1_000, text);
  }
});

Deno.test("processPage() tells when the API answered by its own clock, in a page and in an error", async () => {
  const headers = { date: "Sun, 22 Nov 2026 10:00:00 GMT" };
  const apiTime = Date.UTC(2026, 10, 22, 10);
  const requested = new URL("https://api.thousandeyes.com/v7/audit-user-events");
  const page = await processPage(Response.json({ auditEvents: [] }, { headers }), { requested });
  assertEquals(page.apiTime, apiTime);
  const refused = processPage(new Response("{}", { status: 400, headers }), { requested });
  assertEquals(await refused.catch((error) => error.apiTime), apiTime);
  const undated = await processPage(Response.json({ auditEvents: [] }), { requested });
  assertEquals(undated.apiTime, undefined);
});
