/**
 * Receivers that accept and refuse what the products' documentation says they do, to be called as
 * functions or served on loopback.
 *
 * @module
 */
import * as v from "valibot";
import { attempt } from "../../../src/delivery/attempt.ts";
import { type Endpoint, EndpointSchema } from "../../../src/delivery/endpoint.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { type FormatName, formatOf } from "../../../src/delivery/format/formats.ts";
import type { Outcome } from "../../../src/delivery/outcome.ts";
import { systemClock } from "../../../src/stream/clock.ts";
import { SAMPLE_OPTIONS } from "./sample_options.ts";

/** Answers a request as the product does. */
export type HttpReceiver = (request: Request) => Promise<Response>;

/** Where messages go, and how. */
export interface SendOptions {
  /** The options of the endpoint; default those of `SAMPLE_OPTIONS`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The path and query of the endpoint's URL; default `/`. */
  readonly path?: string;
  /** The headers of the endpoint; default none. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes what the format made, to break it. */
  readonly change?: (body: string) => string;
}

/** What the link of an alert begins with. */
export const LINK = "https://panoptes.example.com/#";
/** The secret of the endpoints that sign. */
export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** Makes the request of a format for an endpoint with its sample options. */
export function requestOf(
  format: FormatName,
  content: MessageContent,
  options: Readonly<Record<string, unknown>> = SAMPLE_OPTIONS[format],
) {
  const read = v.parse(formatOf(format).optionsSchema, options);
  return formatOf(format).request(content, { options: read, linkTo: (id) => LINK + id });
}

/** Makes one attempt, through all of the sender, against a receiver that is called as a function. */
export function send(
  format: FormatName,
  content: MessageContent,
  receiver: HttpReceiver,
  options: SendOptions = {},
): Promise<Outcome> {
  return attemptAt("http://127.0.0.1:1", format, content, options, receiver);
}

/** Makes attempts against a receiver on loopback: real HTTP, real bytes. */
export async function withServed(
  receiver: HttpReceiver,
  use: (
    post: (
      format: FormatName,
      content: MessageContent,
      options?: SendOptions,
    ) => Promise<Outcome>,
  ) => Promise<void>,
): Promise<void> {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    receiver,
  );
  const origin = `http://127.0.0.1:${server.addr.port}`;
  await use((format, content, options = {}) => attemptAt(origin, format, content, options));
}

/** An endpoint with the sample options of a format, on loopback. */
export function endpointAt(
  origin: string,
  format: FormatName,
  { options = SAMPLE_OPTIONS[format], path = "/", headers = {} }: SendOptions = {},
): Endpoint {
  return v.parse(EndpointSchema, {
    name: "tested",
    url: origin + path,
    format,
    options,
    headers,
    ...(formatOf(format).signs === "always" && { secret: SECRET }),
    allowHttpLoopback: true,
  });
}

function attemptAt(
  origin: string,
  format: FormatName,
  content: MessageContent,
  sending: SendOptions,
  receiver?: HttpReceiver,
): Promise<Outcome> {
  const { options = SAMPLE_OPTIONS[format], change = (body: string) => body } = sending;
  const endpoint = endpointAt(origin, format, sending);
  const request = requestOf(format, content, options);
  const webhookId = content.type === "alert.folded" ? content.folded.id : content.alert.id;
  return attempt({ webhookId, request: { ...request, body: change(request.body) } }, endpoint, {
    clock: systemClock,
    ...(receiver && { fetch: (url, init) => receiver(new Request(url, init)) }),
  });
}

/** An answer in JSON. */
export function json(status: number, body: unknown): Response {
  return Response.json(body, { status });
}

/** The issues of a value, each with its path; none if the schema accepts it. */
export function issuesOf(schema: v.GenericSchema, value: unknown): string[] {
  const { issues = [] } = v.safeParse(schema, value);
  return issues.map((issue) => `${v.getDotPath(issue) ?? "body"}: ${issue.message}`);
}

/** A JSON value as strict parsers read it; undefined for text that they refuse. */
export function parseStrictly(text: string): unknown {
  try {
    return JSON.parse(text, (key, value) => {
      if (!key.isWellFormed() || typeof value === "string" && !value.isWellFormed()) {
        throw new SyntaxError("Cannot read the body: half of a pair of surrogates");
      }
      return value;
    });
  } catch {
    return undefined;
  }
}

/** The number of bytes of a text. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
