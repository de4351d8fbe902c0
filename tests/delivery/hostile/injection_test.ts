import { assert, assertEquals, assertRejects } from "@std/assert";
import * as v from "valibot";
import { attempt } from "../../../src/delivery/attempt.ts";
import { EndpointSchema } from "../../../src/delivery/endpoint.ts";
import { FORMAT_NAMES, formatOf } from "../../../src/delivery/format/formats.ts";
import { sign } from "../../../src/delivery/sign.ts";
import { systemClock } from "../../../src/stream/clock.ts";
import { CONTENTS } from "../../support/receivers/contents.ts";
import { SAMPLE_OPTIONS } from "../../support/receivers/sample_options.ts";
import {
  ENDPOINT_NAME_CASES,
  HEADER_NAME_CASES,
  HEADER_VALUE_CASES,
  OPTION_CASES,
  TEXT_CASES,
  URL_INJECTION_CASES,
  WEBHOOK_ID_CASES,
} from "./injection_cases.ts";
import { DNS_ANSWER_CASES } from "./dns_answer_cases.ts";
import { REDIRECT_CASES } from "./redirect_cases.ts";
import { URL_CASES } from "./url_cases.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const config = { name: "siem", url: "https://hooks.example.com/", secret: SECRET };
const shown = (text: string) => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);

/** What an endpoint is refused for; the message must not repeat it. */
function refusals(change: Record<string, unknown>, text: string): string[] {
  const { issues = [] } = v.safeParse(EndpointSchema, { ...config, ...change });
  const messages = issues.map(({ message }) => message);
  for (const message of messages) assert(text.length < 4 || !message.includes(text));
  return messages;
}

Deno.test("there are more than 300 hostile URLs, DNS answers, redirects and injections, each with its source", () => {
  const sources = [
    ...URL_CASES.flatMap(({ urls, source }) => urls.map(() => source)),
    ...[...DNS_ANSWER_CASES, ...REDIRECT_CASES].map(({ source }) => source),
    ...[
      HEADER_VALUE_CASES,
      HEADER_NAME_CASES,
      WEBHOOK_ID_CASES,
      ENDPOINT_NAME_CASES,
      URL_INJECTION_CASES,
      OPTION_CASES,
      TEXT_CASES,
    ].flat().map(([, source]) => source),
  ];
  assert(sources.length > 300, String(sources.length));
  for (const source of sources) assert(source.length >= 6, source);
});

for (const [value, source] of HEADER_VALUE_CASES) {
  Deno.test(`no endpoint has a header with the value ${shown(value)} (${source})`, () => {
    assertEquals(refusals({ headers: { "x-key": value } }, value), [
      "must be 1 to 4096 visible ASCII characters and spaces",
    ]);
  });
}

for (const [name, source] of HEADER_NAME_CASES) {
  Deno.test(`no endpoint has a header with the name ${shown(name)} (${source})`, () => {
    assertEquals(refusals({ headers: { [name]: "1" } }, name).length, 1);
  });
}

for (const [name, source] of ENDPOINT_NAME_CASES) {
  Deno.test(`no endpoint has the name ${shown(name)} (${source})`, () => {
    assertEquals(refusals({ name }, name), ["must be 1 to 63 of a-z, 0-9 and -"]);
  });
}

for (const [webhookId, source] of WEBHOOK_ID_CASES) {
  Deno.test(`nothing is signed under the id ${shown(webhookId)} (${source})`, async () => {
    const error = await assertRejects(
      () => sign({ webhookId, now: 0, body: new TextEncoder().encode("{}"), secrets: [SECRET] }),
      TypeError,
    );
    assert(webhookId.length < 4 || !error.message.includes(webhookId));
  });
}

/** The first request that arrives at a socket, as its bytes spell it. */
async function rawRequest(post: (origin: string) => Promise<unknown>): Promise<string> {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const received = (async () => {
    using connection = await listener.accept();
    const decoder = new TextDecoder("latin1");
    const buffer = new Uint8Array(100_000);
    let text = "";
    while (!text.endsWith("{}")) {
      const length = await connection.read(buffer);
      if (length === null) break;
      text += decoder.decode(buffer.subarray(0, length));
    }
    await connection.write(
      new TextEncoder().encode("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
    );
    return text;
  })();
  await post(`http://127.0.0.1:${listener.addr.port}`);
  return await received;
}

for (const [path, source] of URL_INJECTION_CASES) {
  Deno.test(`an address that ends in ${shown(path)} is one request with our headers (${source})`, async () => {
    const raw = await rawRequest((origin) => {
      const url = origin + path;
      const endpoint = v.parse(EndpointSchema, { ...config, url, allowHttpLoopback: true });
      const request = { headers: { "content-type": "application/json" }, body: "{}" } as const;
      return attempt({ webhookId: "a1b2", request }, endpoint, { clock: systemClock });
    });
    const [head = "", ...rest] = raw.split("\r\n\r\n");
    assertEquals(rest, ["{}"]);
    const [line = "", ...headers] = head.split("\r\n");
    assert(/^POST \/[!-~]* HTTP\/1\.1$/.test(line), line);
    const names = headers.map((header) => /^([a-z-]+): [ -~]+$/i.exec(header)?.[1]?.toLowerCase());
    assertEquals(new Set(names).size, names.length);
    const known = new Set(names).difference(
      new Set([
        "accept",
        "accept-encoding",
        "accept-language",
        "content-length",
        "content-type",
        "host",
        "user-agent",
        "webhook-id",
        "webhook-signature",
        "webhook-timestamp",
      ]),
    );
    assertEquals([...known], []);
    const host = headers.find((header) => /^host:/i.test(header)) ?? "";
    assert(/^host: 127\.0\.0\.1:\d+$/i.test(host), host);
  });
}

/** An object with one of its texts, at any depth, replaced. */
function* withTextReplaced(value: unknown, text: string): Generator<unknown> {
  if (typeof value === "string") yield text;
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    for (const changed of withTextReplaced(member, text)) {
      yield Array.isArray(value) ? value.with(Number(key), changed) : { ...value, [key]: changed };
    }
  }
}

for (const name of FORMAT_NAMES) {
  const format = formatOf(name);
  for (const [text, source] of OPTION_CASES) {
    Deno.test(`an option of ${name} that is ${shown(text)} is refused or harmless (${source})`, () => {
      const sample = SAMPLE_OPTIONS[name] as Readonly<Record<string, unknown>>;
      const url = new URL("https://hooks.example.com/given?key=1");
      // Members that are not in the sample are tried as well: a schema names what it knows.
      for (const options of [...withTextReplaced(sample, text), { ...sample, [text]: text }]) {
        const read = v.safeParse(format.optionsSchema, options);
        if (!read.success) {
          for (const { message } of read.issues) assert(text.length < 4 || !message.includes(text));
          continue;
        }
        for (const content of Object.values(CONTENTS)) {
          const context = { options: read.output, linkTo: () => undefined };
          const { headers, path = "", body } = format.request(content, context);
          for (const [header, value] of Object.entries(headers)) {
            assert(/^[a-z0-9-]+$/.test(header) && /^[ -~]*$/.test(value), `${header}: ${value}`);
          }
          const posted = new URL(url);
          posted.pathname = posted.pathname.replace(/\/?$/, path);
          assertEquals([posted.origin, posted.search, posted.hash], [url.origin, url.search, ""]);
          assert(posted.pathname.startsWith("/given"), posted.pathname);
          for (const line of body.trimEnd().split("\n")) JSON.parse(line);
        }
      }
    });
  }
}
