import { jsonText } from "../stream/json_text.ts";
import { holderOf } from "./access/api_tokens.ts";
import { partStream } from "./feed/part_stream.ts";
import { problem } from "./answer/problem.ts";
import { responseHeaders, wholeAnswer } from "./answer/response.ts";
import type { RoutedRequest, Services } from "./route.ts";

/** A shorter answer is sent whole: the connection takes it, whether its reader reads or not. */
const SHORT_LENGTH = 16 * 1024;
/** About how much of a list is made at a time, which is kept until the reader has taken it. */
const PART_LENGTH = 8 * 1024;
/** When a client that was refused for too many open streams may try again, in seconds. */
export const RETRY_AFTER = "30";

/** A request whose answer may be long. */
type LongCall =
  & Pick<Services, "streams" | "clock" | "onClose">
  & Pick<RoutedRequest, "request" | "meter">;

/** What is sent. */
interface LongAnswer {
  /** The body, made part by part as the reader asks for it. */
  readonly parts: Generator<string, void, void>;
  /** Its media type. */
  readonly type: string;
  /** Further headers. */
  readonly headers?: Record<string, string>;
  /** Called once when no more parts will be made. */
  readonly onEnd?: () => void;
}

/**
 * Sends an answer of any length as a stream that holds a place among all streams, until its reader
 * has taken it or has stalled. The first part is made at once, so that an error in it has a status.
 * A HEAD request gets the headers alone, and holds nothing: nobody would read the stream.
 *
 * @param call The request.
 * @param answer The answer.
 * @returns The response, or the problem `overloaded`.
 */
export async function longAnswer(
  { request, meter, streams, clock, onClose }: LongCall,
  { parts, type, headers = {}, onEnd = () => {} }: LongAnswer,
): Promise<Response> {
  if (request.method === "HEAD") {
    onEnd();
    return new Response(null, { headers: responseHeaders(type, headers) });
  }
  const holder = holderOf(request);
  const place = await streams.acquire(holder);
  if ("refused" in place) {
    onEnd();
    return problem("overloaded", {
      detail: place.refused,
      headers: { ...headers, "Retry-After": RETRY_AFTER },
    });
  }
  let body: ReadableStream<Uint8Array>;
  try {
    body = partStream(begun(parts), {
      clock,
      signal: request.signal,
      endsAt: holder.expires,
      onProbe: place.onProbe,
      onRevoke: place.onRevoke,
      onWrite: meter.onWrite,
      writeBytes: place.writeBytes,
      onClose(end, error) {
        place.release();
        onEnd();
        meter.onEnd(end);
        if (error !== undefined) onClose?.("failed", error);
      },
    });
  } catch (error) {
    place.release();
    onEnd();
    throw error;
  }
  return new Response(body, { headers: responseHeaders(type, headers) });
}

/**
 * Answers with JSON: whole if it is short, otherwise as `longAnswer()` does.
 *
 * @param call The request.
 * @param value The value.
 * @returns The response, or the problem `overloaded`.
 */
export function jsonAnswer(call: LongCall, value: unknown): Response | Promise<Response> {
  return shortOrLong(call, chain(jsonText(value), []));
}

/**
 * Answers with a list in JSON, `{"<name>":[…],…}`: whole if it is short, otherwise as
 * `longAnswer()` does.
 *
 * @param call The request.
 * @param name The name of the list.
 * @param items The items; each is made when the reader asks for it.
 * @param rest Makes the other members, after the last item.
 * @returns The response, or the problem `overloaded`.
 */
export function jsonListAnswer(
  call: LongCall,
  name: string,
  items: Iterable<unknown>,
  rest: () => Record<string, unknown> = () => ({}),
): Response | Promise<Response> {
  return shortOrLong(call, listParts(name, items, rest));
}

function* listParts(
  name: string,
  items: Iterable<unknown>,
  rest: () => Record<string, unknown>,
): Generator<string, void, void> {
  let text = `${jsonText({ [name]: [] }).slice(0, -2)}`;
  let separator = "";
  for (const item of items) {
    text += separator + jsonText(item);
    separator = ",";
    if (text.length < PART_LENGTH) continue;
    yield text;
    text = "";
  }
  const end = jsonText(rest());
  yield `${text}]${end === "{}" ? "" : ","}${end.slice(1)}`;
}

function shortOrLong(
  call: LongCall,
  parts: Generator<string, void, void>,
): Response | Promise<Response> {
  const type = "application/json";
  let start = "";
  while (start.length <= SHORT_LENGTH) {
    const { value, done } = parts.next();
    if (done) return wholeAnswer(start, { headers: responseHeaders(type) });
    start += value;
  }
  return longAnswer(call, { parts: chain(start, parts), type });
}

/** Makes the first part now. */
function begun(parts: Generator<string, void, void>): Generator<string, void, void> {
  const { value, done } = parts.next();
  return done ? parts : chain(value, parts);
}

function* chain(first: string, rest: Iterable<string>): Generator<string, void, void> {
  yield first;
  yield* rest;
}
