import { assert, assertEquals } from "@std/assert";
import { readPage } from "../../src/thousandeyes/page/read_page.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { composeService } from "../../src/service/compose_service.ts";
import { readConfig } from "../../src/service/config.ts";
import { ANY_EVENT } from "../support/bundle_of.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { shellOf } from "../support/shell_of.ts";

/** A UUID, as the tokens of ThousandEyes are, and one with signs that every encoding escapes. */
const TOKENS = ["8f14e45f-CEEA-467f-a8b1-3c6e0f2d9A77", `zQ/7+k"w\\x.9~Vv=`];
const SECRET = `whsec_${btoa("a signing secret of 32 bytes....")}`;

const hex = (unit: string) => unit.charCodeAt(0).toString(16).padStart(2, "0");
const each = (text: string, write: (unit: string, index: number) => string) =>
  text.split("").map(write).join("");
const base64 = (text: string) => btoa(text);
const percent = (text: string) => each(text, (unit) => `%${hex(unit)}`);
const jsonEscaped = (text: string) => each(text, (unit) => `\\u00${hex(unit)}`);

/** How the far end may spell the token. */
const SPELLINGS: Record<string, (token: string) => string> = {
  "as it is": (token) => token,
  "in upper case": (token) => token.toUpperCase(),
  "in lower case": (token) => token.toLowerCase(),
  "with its scheme": (token) => `Bearer ${token}`,
  "percent-encoded": encodeURIComponent,
  "percent-encoded in full": percent,
  "percent-encoded twice": (token) => percent(percent(token)),
  "percent-encoded in part": (token) => each(token, (unit, n) => n % 3 ? unit : `%${hex(unit)}`),
  "as escape() writes it": (token) => each(token, (unit) => `%u00${hex(unit)}`),
  "JSON-escaped": jsonEscaped,
  "JSON-escaped in capitals": (token) => jsonEscaped(token).toUpperCase().replaceAll("U", "u"),
  "JSON-escaped in part": (token) => each(token, (unit, n) => n % 4 ? unit : `\\u00${hex(unit)}`),
  "JSON-escaped twice": (token) => jsonEscaped(token).replaceAll("\\", "\\\\"),
  "as JavaScript escapes it": (token) => each(token, (unit) => `\\u{${hex(unit)}}`),
  "as C escapes it": (token) => each(token, (unit) => `\\x${hex(unit)}`),
  "in octal": (token) =>
    each(token, (unit) => `\\${unit.charCodeAt(0).toString(8).padStart(3, "0")}`),
  "as hexadecimal references": (token) => each(token, (unit) => `&#x${hex(unit)};`),
  "as decimal references": (token) => each(token, (unit) => `&#${unit.charCodeAt(0)};`),
  "as references that are escaped": (token) =>
    each(token, (unit) => `&amp;#${unit.charCodeAt(0)};`),
  "as quoted-printable": (token) => each(token, (unit) => `=${hex(unit).toUpperCase()}`),
  "in hexadecimal": (token) => each(token, hex),
  "in hexadecimal capitals": (token) => each(token, hex).toUpperCase(),
  "in base64": base64,
  "in base64url": (token) => base64(token).replaceAll("+", "-").replaceAll("/", "_"),
  "in base64 with its scheme": (token) => base64(`Bearer ${token}`),
  "in base64 as a password": (token) => base64(`me:${token}`),
  "in wide letters": (token) =>
    each(token, (unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0)),
  "with invisible characters": (token) => each(token, (unit) => `${unit}\u200b`),
  "with spaces": (token) => each(token, (unit) => `${unit} `),
  "in two lines": (token) => `${token.slice(0, 9)}\r\n ${token.slice(9)}`,
  "in UTF-16": (token) => each(token, (unit) => `${unit}\0`),
};

/** Where the far end may put a text. */
const PLACES: Record<string, (text: string, api: string) => Response> = {
  "the title of a 401": (title) => Response.json({ title }, { status: 401 }),
  "the detail of a 403": (detail) => Response.json({ title: "No", detail }, { status: 403 }),
  "an OAuth error": (text) =>
    Response.json({ error: "invalid_token", error_description: text }, { status: 401 }),
  "the errors of a 400": (text) =>
    Response.json({ errors: [{ code: text, field: text, message: text }, text] }, { status: 400 }),
  "the type and path of a 404": (text) =>
    Response.json({ title: "No", type: text, instance: text, path: text }, { status: 404 }),
  "the text of a 500": (text) => new Response(`No upstream for ${text}.`, { status: 500 }),
  "a page of HTML": (text) =>
    new Response(`<html><title>No ${text}</title>${text}</html>`, { status: 502 }),
  "a 202": (text) => new Response(text, { status: 202 }),
  "a 206": (text) => Response.json({ title: text }, { status: 206 }),
  "a 226 after a long text": (text) => new Response(`${"x".repeat(260)} ${text}`, { status: 226 }),
  "a 429": (text) => Response.json({ errorMessage: text }, { status: 429 }),
  "a redirect": (text) =>
    new Response(text, { status: 302, headers: { location: `/${encodeURIComponent(text)}` } }),
  "what is not JSON": (text) => new Response(text),
  "the start of what is not JSON": (text) => new Response(`${text}, and more of it than is quoted`),
  "JSON that is cut": (text) => new Response(`{"auditEvents":[],"${text}`),
  "another shape": (text) => Response.json({ auditEvents: text }),
  "the name of another list": (text) => Response.json({ [text]: [] }),
  "the host of a link": (text) => linkTo(`https://${encodeURIComponent(text)}.example/`),
  "the scheme of a link": (text) => linkTo(`${text}://example/`),
  "the user and path of a link": (text, api) =>
    linkTo(`http://${encodeURIComponent(text)}:x@${api}/${encodeURIComponent(text)}`),
  "the cursor of a link": (text) => linkTo(`?cursor=${encodeURIComponent(text)}`),
  "an invalid link": (text) => linkTo(`http://[${text}]/`),
  "a link of another form": (text) =>
    Response.json({ auditEvents: [], _links: { next: { [text]: text, href: 7 } } }),
};
/** Where only the token itself, in either case and escaped by JSON, is taken out of data. */
const DATA: Record<string, (text: string) => Response> = {
  "an event": (text) => pageOf({ event: text, user: text, [text]: text, date: today() }),
  "an item that is not an object": (text) => pageOf(text, [text], null),
  "an item of another shape": (text) =>
    pageOf({ event: { [text]: text }, date: [text], resources: text, user: 7, uid: { a: text } }),
  "the range of a page": (text) =>
    Response.json({ auditEvents: [], startDate: text, endDate: text }),
};

function linkTo(href: string): Response {
  return Response.json({ auditEvents: [], _links: { next: { href } } });
}

function pageOf(...auditEvents: unknown[]): Response {
  return Response.json({ auditEvents, _links: {} });
}

const today = () => new Date(Date.now() - 60_000).toISOString();

/** Everything that leaves while the API gives this answer, from the service and from the library. */
async function outputs(token: string, answer: (api: string) => Response): Promise<string> {
  const shown: string[] = [];
  const { error: log } = console;
  // deno-lint-ignore no-console -- what a Worker logs goes to its console
  console.error = (line: string) => shown.push(line);
  const serve = (handler: Deno.ServeHandler) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  await using api = serve((request) => {
    assertEquals(request.headers.get("authorization"), `Bearer ${token}`);
    return answer(new URL(request.url).host);
  });
  await using receiver = serve(async (request) => {
    shown.push(await request.text());
    return new Response(`I know ${SECRET} and ${SECRET.slice(6).toUpperCase()}`, { status: 418 });
  });
  using sql = nodeSql(":memory:");
  try {
    const { config } = readConfig({
      TE_TOKEN: token,
      TE_BASE_URL: `http://127.0.0.1:${api.addr.port}/v7`,
      BACKFILL: "0",
      WEBHOOKS: JSON.stringify([{
        name: "siem",
        url: `http://127.0.0.1:${receiver.addr.port}/`,
        secret: SECRET,
        minLevel: "informational",
        allowHttpLoopback: true,
      }]),
    });
    const clock = new ManualClock(Date.now());
    const service = await composeService({
      ...shellOf(sql),
      config: config!,
      bundle: ANY_EVENT,
      clock,
      random: () => 0.5,
      wake: () => Promise.resolve(),
    });
    for (let tick = 0; tick < 8; tick++) {
      await service.tick();
      clock.advance(300_000);
    }
    const paths = ["status", "invalid-events", "deliveries", "events", "alerts"];
    for (const path of [...paths.map((path) => `/v1/${path}`), "/metrics", "/v1/deliveries/1"]) {
      for (const Accept of ["application/json", "application/x-ndjson"]) {
        shown.push(await (await service.app.request(path, { headers: { Accept } })).text());
      }
    }
    const { baseUrl } = config!.sources[0];
    const reading = readPage(new URL(`${baseUrl}/audit-user-events`), {
      token,
      baseUrl,
      retry: { attempts: 1 },
    });
    shown.push(
      await reading.then(
        Deno.inspect,
        (error) =>
          [Deno.inspect(error, { depth: 9 }), JSON.stringify(error), error.stack].join("\n"),
      ),
    );
  } finally {
    // deno-lint-ignore no-console -- as above
    console.error = log;
  }
  return shown.join("\n");
}

/** Asserts that no output shows as much of a text as spells eight characters of the token. */
function assertHidden(shown: string, text: string, token: string, what: string): void {
  assert(shown.includes("panoptes_health") && shown.includes("covered"), "the outputs are there");
  assert(!shown.includes(SECRET.slice(6)) && !shown.includes(SECRET.slice(6).toUpperCase()));
  // Escaped once more where an output is JSON.
  const readings = [shown, shown.replaceAll("\\\\", "\\")].map((one) => one.toLowerCase());
  const window = Math.ceil(text.length / token.length * 8);
  for (const spelt of [text, text.replace(/[\s\u200b\0]+/g, " ")].map((one) => one.toLowerCase())) {
    for (let at = 0; at + window <= spelt.length; at++) {
      const part = spelt.slice(at, at + window);
      for (const reading of readings) {
        const found = reading.indexOf(part);
        assert(found < 0, `${what}: …${reading.slice(Math.max(found - 60, 0), found + 60)}…`);
      }
    }
  }
}

const cases: [
  string,
  string,
  (token: string) => string,
  (text: string, api: string) => Response,
][] = [
  ...Object.entries(PLACES).flatMap(([place, answer]) =>
    Object.entries(SPELLINGS).map(([spelling, spell]) => [place, spelling, spell, answer] as const)
      .filter((_, n) => place === "a 202" || place === "the title of a 401" || n < 3)
  ),
  ...Object.entries(DATA).flatMap(([place, answer]) =>
    ["as it is", "in upper case", "in lower case"].map((spelling) =>
      [place, spelling, SPELLINGS[spelling]!, answer] as const
    )
  ),
].map((one) => [...one]);

Deno.test("the token is sent back in at least 60 ways", () => assert(cases.length >= 60));
for (const [place, spelling, spell, answer] of cases) {
  Deno.test(`the token never leaves when the API sends it back in ${place}, ${spelling}`, async () => {
    for (const token of TOKENS) {
      const text = spell(token);
      const shown = await outputs(token, (api) => answer(text, api));
      assertHidden(shown, text, token, `${place}, ${spelling}`);
    }
  });
}

for (const escape of [jsonEscaped, (text: string) => text.replaceAll("/", "\\/")]) {
  Deno.test(`the token never leaves when an event spells it ${escape("a/")}`, async () => {
    for (const token of TOKENS) {
      const name = escape(JSON.stringify(token).slice(1, -1).replaceAll(/\\./g, ""));
      const raw = JSON.parse(`"${name}"`);
      const shown = await outputs(
        raw,
        () =>
          new Response(`{"auditEvents":[{"event":"x","date":"${today()}","user":"a ${name} b"}]}`),
      );
      assert(shown.includes("a [redacted] b"));
      assertHidden(shown, raw, raw, name);
    }
  });
}
