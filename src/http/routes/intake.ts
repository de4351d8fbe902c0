import * as v from "valibot";
import { readBytes } from "../../stream/read_bytes.ts";
import {
  decodeLogs,
  InvalidLogsError,
  MAX_RECORDS,
  type PushedRecord,
} from "../../thousandeyes/otlp/decode_logs.ts";
import type { LogAccess } from "../log_access.ts";
import { logsAnswer, otlpEncodingOf, otlpProblem } from "../otlp_answer.ts";
import { problem, type ProblemCode } from "../answer/problem.ts";
import { type Call, operation, route } from "../route.ts";
import { described, text } from "../request/schema.ts";

/** The largest body, in bytes, as it is sent and after decompression: thousands of events. */
const MAX_BYTES = 4 * 1024 * 1024;

const exportLogs = operation({
  scope: "intake",
  purpose: "takes events that ThousandEyes pushes, by OTLP",
  headers: { "Content-Encoding": "`gzip`, if the body is compressed" },
  ownBody: described(
    v.looseObject({ resourceLogs: v.optional(v.array(v.looseObject({}))) }),
    "an `ExportLogsServiceRequest` of OTLP",
  ),
  bodyForms: ["json", "protobuf"],
  answers: {
    200: {
      json: v.object({
        partialSuccess: v.exactOptional(v.object({
          rejectedLogRecords: described(text, "how many log records were set aside"),
          errorMessage: described(text, "why"),
        })),
      }),
      protobuf: described(v.string(), "an `ExportLogsServiceResponse` of OTLP"),
    },
  },
  problems: ["too_large", "unsupported_media_type"],
  problemForm: otlpProblem,
  answer: takeLogs,
});

/**
 * `/v1/intake/otlp`: takes what ThousandEyes' own OpenTelemetry stream of the activity log sends.
 * Exporters that are given a base URL add `/v1/logs` to it.
 */
export const intakeRoutes = [
  route("/v1/intake/otlp", { POST: exportLogs }),
  route("/v1/intake/otlp/v1/logs", { POST: exportLogs }),
] as const;

// deno-lint-ignore ban-types -- no parameters
async function takeLogs({ request, log }: Call<{}>): Promise<Response> {
  const encoding = otlpEncodingOf(request);
  if (encoding === undefined) {
    return refuse(log, "unsupported_media_type", "Send application/x-protobuf or application/json");
  }
  const compression = request.headers.get("Content-Encoding")?.trim().toLowerCase() ?? "identity";
  if (compression !== "gzip" && compression !== "identity") {
    return refuse(log, "unsupported_media_type", "Compress the body with gzip, or not at all", {
      "Accept-Encoding": "gzip",
    });
  }
  let records: readonly PushedRecord[];
  try {
    records = await decodeLogs(await bytesOf(request, compression === "gzip"), encoding);
  } catch (error) {
    if (error instanceof InvalidLogsError) return refuse(log, "invalid_request", error.message);
    if (error instanceof RangeError) return refuse(log, "too_large", TOO_LARGE);
    throw error;
  }
  const outcome = log.push(records);
  if (outcome === undefined) return problem("unavailable"); // sent again later, it is recorded
  const { invalid } = outcome;
  return await logsAnswer(encoding, invalid, invalid === 0 ? "" : SET_ASIDE);
}

const SET_ASIDE =
  "Some log records are not valid events of the ThousandEyes activity log; GET /v1/invalid-events " +
  "lists them";
const TOO_LARGE = `A body may have at most ${MAX_BYTES} bytes and ${MAX_RECORDS} log records`;

/** A client that leaves ends the request; what is not gzip is the client's fault too. */
async function bytesOf({ body, signal }: Request, isCompressed: boolean): Promise<Uint8Array> {
  if (!isCompressed || body === null) return await readBytes(body, MAX_BYTES, signal);
  try {
    const gunzip = new DecompressionStream("gzip") as TransformStream<Uint8Array, Uint8Array>;
    return await readBytes(body.pipeThrough(gunzip), MAX_BYTES, signal);
  } catch (error) {
    if (error instanceof RangeError || signal.aborted) throw error;
    throw new InvalidLogsError("The body is not compressed with gzip, as its header says");
  }
}

/** The sender will not send it again, so the status has to say it. */
function refuse(
  log: LogAccess,
  code: ProblemCode,
  detail: string,
  headers: Record<string, string> = {},
): Response {
  log.notePushRefused(detail);
  return problem(code, { detail, headers });
}
