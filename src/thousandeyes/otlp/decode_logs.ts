import * as v from "valibot";

/** The encodings of OTLP over HTTP. */
export type OtlpEncoding = "json" | "protobuf";

/** One log record, with the resource that it belongs to. */
export interface PushedRecord {
  /** The attributes of the resource, a list of `KeyValue`: untrusted data. */
  readonly resource: unknown;
  /** The record in the form of OTLP/JSON: untrusted data. */
  readonly record: unknown;
}

/** A body that is not an OTLP request for logs. */
export class InvalidLogsError extends Error {
  override readonly name = "InvalidLogsError";
}

/** The most log records in one request: exporters send fewer, and more would take too long. */
export const MAX_RECORDS = 10_000;

// Records are not validated here: an odd one must not refuse the others.
const RequestSchema = v.object({
  resourceLogs: v.array(v.object({
    resource: v.nullish(v.object({ attributes: v.nullish(v.array(v.unknown())) })),
    scopeLogs: v.nullish(v.array(v.object({ logRecords: v.nullish(v.array(v.unknown())) }))),
  })),
});

/**
 * Decodes a request of an OpenTelemetry exporter of logs, an `ExportLogsServiceRequest`
 * (https://opentelemetry.io/docs/specs/otlp/#otlphttp).
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { decodeLogs } from "./decode_logs.ts";
 *
 * const record = { timeUnixNano: "1795341600000000000", body: { stringValue: "Login failed." } };
 * const request = { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] };
 * const bytes = new TextEncoder().encode(JSON.stringify(request));
 * assertEquals(await decodeLogs(bytes, "json"), [{ resource: undefined, record }]);
 * ```
 *
 * @param bytes The body, not compressed.
 * @param encoding Its encoding.
 * @returns The log records in their order.
 * @throws {InvalidLogsError} If it is anything else; the message quotes nothing from it.
 * @throws {RangeError} If it has more than `MAX_RECORDS`.
 */
export async function decodeLogs(
  bytes: Uint8Array,
  encoding: OtlpEncoding,
): Promise<PushedRecord[]> {
  const body = encoding === "json" ? parseJson(bytes) : await parseProtobuf(bytes);
  const request = v.safeParse(RequestSchema, body);
  if (!request.success) {
    const path = v.getDotPath(request.issues[0]) ?? "the body";
    throw new InvalidLogsError(`The body is not an OTLP request for logs: ${path} is invalid`);
  }
  const records: PushedRecord[] = [];
  for (const { resource, scopeLogs } of request.output.resourceLogs) {
    for (const { logRecords } of scopeLogs ?? []) {
      if (records.length + (logRecords?.length ?? 0) > MAX_RECORDS) {
        throw new RangeError(`A request may have at most ${MAX_RECORDS} log records`);
      }
      for (const record of logRecords ?? []) {
        records.push({ resource: resource?.attributes ?? undefined, record });
      }
    }
  }
  return records;
}

function parseJson(bytes: Uint8Array): unknown {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new InvalidLogsError("The body is not JSON in UTF-8");
  }
  return withList(body);
}

/** An empty request is valid. One that has only other members is not for logs. */
function withList(body: unknown): unknown {
  const isEmpty = typeof body === "object" && body !== null && !Array.isArray(body) &&
    Object.keys(body).length === 0;
  return isEmpty ? { resourceLogs: [] } : body;
}

/** Loaded only for a body that needs it: a deployment without push never does. */
async function parseProtobuf(bytes: Uint8Array): Promise<unknown> {
  const { readLogsRequest } = await import("./protobuf.ts");
  try {
    return withList(readLogsRequest(bytes));
  } catch {
    throw new InvalidLogsError("The body is not an OTLP request for logs in protobuf");
  }
}
