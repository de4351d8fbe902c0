import { sha256 as hash } from "@noble/hashes/sha2.js";
import { assert, assertEquals } from "@std/assert";
import { FORMAT_NAMES, formatOf } from "../../src/delivery/format/formats.ts";
import { secretsOf } from "../../src/delivery/endpoint.ts";
import { SAMPLE_OPTIONS } from "../support/receivers/sample_options.ts";
import { type FullRun, fullRun } from "./full_run.ts";

const utf8 = new TextEncoder();
const hex = (text: string) => utf8.encode(text).toHex();
const base64 = (text: string) => btoa(String.fromCharCode(...utf8.encode(text)));

/** How a receiver may spell what it was sent. */
const SPELLINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => JSON.stringify(text),
  encodeURIComponent,
  (text) => hex(text),
  (text) => base64(text),
  (text) => base64(`${"x"}${text}`).replaceAll("+", "-").replaceAll("/", "_"),
  (text) => text.replace(/./g, (unit) => `&#${unit.charCodeAt(0)};`),
  (text) => text.replace(/./g, "$&\u200b"),
  (text) => [...text].map((unit) => `\\u00${hex(unit)}`).join(""),
];

/** Statuses that make a message delivered, tried again, given up and owed for ever. */
const STATUSES = [200, 400, 401, 410, 429, 500] as const;
/** Those of every format. */
const USUAL: ReadonlySet<number> = new Set([200, 400, 500]);

/** A made-up secret of 32 bytes that has nothing in common with any other, in base64. */
const made = (what: string) => btoa(String.fromCharCode(...hash(utf8.encode(what))));
const key = (name: string, part: string) => made(`${part} ${name}`).replace(/\W/g, "");
const shared = (name: string) => `whsec_${made(`shared ${name}`)}`;
const own = (name: string) => `whsk_${made(`own ${name}`)}`;

const endpoints = FORMAT_NAMES.flatMap((format) =>
  STATUSES.filter((status) => format === "standard" || USUAL.has(status)).map((status) => {
    const name = `${format}-${status}`;
    const signs = formatOf(format).signs !== "never";
    return {
      name,
      format,
      backfilled: true, // the events are older than the run
      // One is enough: all endpoints would be told of all that fail.
      operational: name === "standard-200",
      options: SAMPLE_OPTIONS[format],
      headers: {
        "x-key": key(name, "HEADER"),
        // The receiver's own word for it is the user and the password.
        "x-authorization": `Basic ${base64(`panoptes:${key(name, "PASSWORD")}`)}`,
      },
      ...(signs && { secret: shared(name), previousSecrets: [own(name)] }),
    };
  })
);

/** Each text that nobody may see, and what it is. */
function secretsIn({ endpoints }: FullRun): [what: string, secret: string][] {
  return endpoints.flatMap((endpoint) => {
    const { name } = endpoint;
    const ofFormat = formatOf(endpoint.format).secretsOf?.(endpoint.options) ?? [];
    return [
      [`the path of ${name}`, key(name, "PATH")],
      [`the query of ${name}`, key(name, "QUERY")],
      [`a header of ${name}`, key(name, "HEADER")],
      [`the password of ${name}`, key(name, "PASSWORD")],
      ...secretsOf(endpoint).map((secret) => [`a secret of ${name}`, secret.split("_")[1]!]),
      ...ofFormat.map((secret) => [`an option of ${name}`, secret]),
    ] as [string, string][];
  });
}

/** With percent signs, as some addresses are given out. */
function escaped(text: string): string {
  return text.replace(/(.)(..)/g, (_, unit, rest) => `%${hex(unit)}${rest}`);
}

let turn = 0;

/** Repeats all that it was sent, and the secrets that it shares with us, in one spelling after another. */
function echo(request: Request, body: string): Response {
  const name = request.headers.get("x-endpoint") ?? "";
  const status = Number(name.split("-").at(-1));
  const received = [
    request.url,
    decodeURIComponent(request.url),
    ...Array.from(request.headers, ([header, value]) => `${header}: ${value}`),
    key(name, "PASSWORD"),
    ...(request.headers.has("webhook-signature") ? [shared(name), own(name)] : []),
  ];
  const spell = SPELLINGS[turn++ % SPELLINGS.length]!;
  // Each within the part of an answer that is kept.
  const part = received.slice(turn % 5 * 2).concat(body).join("\n");
  return new Response(spell(part).slice(0, 60_000), {
    status,
    headers: { "retry-after": "1", "x-echo": "1" },
  });
}

Deno.test("no long-lived credential of an endpoint leaves the process or is stored, in any spelling", async () => {
  const run = await fullRun({
    events: Array.from({ length: 4 }, (_, n) => ({ event: "Login failed.", user: `Ana ${n}` })),
    endpoints,
    pathOf: (name) => `/hooks/${escaped(key(name, "PATH"))}?key=${key(name, "QUERY")}`,
    isStored: (name) => /^[a-m]/.test(name),
    answer: echo,
  });
  const secrets = secretsIn(run);
  const outputs = [
    ["the log of the service", run.log.join("\n")] as const,
    ...run.answers,
    ...Array.from(run.tables, ([name, rows]) => [`the table ${name}`, rows] as const),
  ];
  const everything = outputs.map(([where, text]) => [where, readingsOf(text)] as const);

  // The run is a whole one: every endpoint was sent something, and its answers are shown.
  assertEquals(new Set(run.messages.map(({ endpoint }) => endpoint)).size, endpoints.length);
  assert(outputs.some(([, text]) => text.includes("[redacted]")));
  assert(run.tables.size > 5 && run.answers.size > 100 && run.log.length > 0);
  for (const { endpoint, headers } of run.messages) {
    assertEquals(headers.get("x-key"), key(endpoint, "HEADER"));
  }

  const all = everything.flatMap(([, readings]) => readings).join("\n");
  for (const [what, secret] of secrets) {
    for (const spell of [(text: string) => text, hex, base64, encodeURIComponent]) {
      // So much of it that it is no accident; from eight characters on, it should be hidden.
      const needle = spell(secret.slice(0, 12)).toLowerCase();
      if (!all.includes(needle)) continue;
      const [where] = everything.find(([, readings]) =>
        readings.some((reading) => reading.includes(needle))
      ) ?? [];
      const at = all.indexOf(needle);
      assert(false, `${what} is in ${where}: …${all.slice(Math.max(at - 80, 0), at + 80)}…`);
    }
  }
});

/** A text as it is, and with what spells other characters resolved. */
function readingsOf(text: string): string[] {
  const plain = text.replaceAll("\\\\", "\\")
    .replaceAll("\u200b", "").replaceAll("\\u200b", "")
    .replace(/\\u00([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)))
    .replace(/%([0-9a-f]{2})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)))
    .replace(/&#(\d+);/g, (_, digits) => String.fromCharCode(Number(digits)));
  return [text.toLowerCase(), plain.toLowerCase()];
}
