import * as v from "valibot";
import type { OtlpEncoding } from "../thousandeyes/otlp/decode_logs.ts";
import { json, responseHeaders, wholeAnswer } from "./answer/response.ts";
import { FORMS, type ProblemForm } from "./route.ts";
import { count, described, text } from "./request/schema.ts";

/** How long a sender waits that is told no time, in seconds. */
const RETRY_AFTER = "30";

/** `google.rpc.Code`, by the HTTP status. */
const CODES: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 5, // NOT_FOUND
  413: 8, // RESOURCE_EXHAUSTED
  415: 3,
  429: 8,
  503: 14, // UNAVAILABLE
};
const UNKNOWN = 2;

/**
 * The encoding of a request, which its answer has too.
 *
 * @param request The request.
 * @returns The encoding; undefined if OTLP does not know its media type.
 */
export function otlpEncodingOf({ headers }: Request): OtlpEncoding | undefined {
  const [type = ""] = (headers.get("Content-Type") ?? "").toLowerCase().split(";");
  if (type.trim() === FORMS.json) return "json";
  return type.trim() === FORMS.protobuf ? "protobuf" : undefined;
}

/**
 * Answers a request that was taken: an `ExportLogsServiceResponse`.
 *
 * @param encoding The encoding of the request.
 * @param rejected How many of its log records were set aside.
 * @param message Why; empty if none was.
 * @returns The answer.
 */
export async function logsAnswer(
  encoding: OtlpEncoding,
  rejected: number,
  message: string,
): Promise<Response> {
  if (encoding === "json") {
    // 64-bit integers are strings in the JSON of protobuf.
    const partialSuccess = { rejectedLogRecords: String(rejected), errorMessage: message };
    return json(message === "" ? {} : { partialSuccess });
  }
  const { writeLogsResponse } = await import("../thousandeyes/otlp/protobuf.ts");
  return protobufAnswer(writeLogsResponse(rejected, message), 200);
}

/** A `google.rpc.Status`, as far as we tell it. */
const RpcStatusSchema = v.object({
  code: described(count, "the gRPC status code"),
  message: described(text, "what went wrong, and how to fix it"),
});

/**
 * Problems as OTLP has them: a `google.rpc.Status` in the encoding of the request. Whatever may pass
 * is a 503, since exporters give up after most other statuses; to send again is always safe.
 */
export const otlpProblem: ProblemForm = {
  schema: RpcStatusSchema,
  async answer(problem, request) {
    const { title = "", detail } = await problem.json() as { title?: string; detail?: string };
    const status = problem.status < 500 ? problem.status : 503;
    const code = CODES[status] ?? UNKNOWN;
    const message = detail === undefined ? title : `${title}: ${detail}`;
    const headers: Record<string, string> = {};
    for (const name of ["WWW-Authenticate", "Retry-After", "Accept-Encoding"]) {
      const value = problem.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    if (status === 503) headers["Retry-After"] ??= RETRY_AFTER;
    if (otlpEncodingOf(request) !== "protobuf") return json({ code, message }, status, headers);
    const { writeStatus } = await import("../thousandeyes/otlp/protobuf.ts");
    return protobufAnswer(writeStatus(code, message), status, headers);
  },
};

function protobufAnswer(
  bytes: Uint8Array<ArrayBuffer>,
  status: number,
  headers?: Record<string, string>,
): Response {
  return wholeAnswer(bytes, { status, headers: responseHeaders(FORMS.protobuf, headers) });
}
