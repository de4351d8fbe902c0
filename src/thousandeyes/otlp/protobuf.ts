import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** A field of a message, which is read as the member that OTLP/JSON has for it. */
interface Field {
  readonly name: string;
  readonly wire: WireType;
  readonly isRepeated: boolean;
  read(reader: BinaryReader, depth: number): unknown;
}

/** The fields of a message by their number. Fields that are not listed are skipped. */
type Message = Readonly<Record<number, Field>>;

/** Messages nested deeper than this are refused; each level of `AnyValue` is two messages. */
const MAX_DEPTH = 100;

function field(name: string, wire: WireType, read: Field["read"]): Field {
  return { name, wire, isRepeated: false, read };
}

const text = (name: string) =>
  field(name, WireType.LengthDelimited, (reader) => reader.string(true));

/** A message in a message; a function gives its fields, since `AnyValue` contains itself. */
function message(name: string, fields: () => Message): Field {
  return field(
    name,
    WireType.LengthDelimited,
    (reader, depth) => readMessage(reader.bytes(), fields(), depth + 1),
  );
}

const repeated = (one: Field): Field => ({ ...one, isRepeated: true });

// The numbers are those of opentelemetry/proto/{common,resource,logs,collector/logs}/v1, as far as
// the activity log needs them.

const ANY_VALUE: Message = {
  1: text("stringValue"),
  2: field("boolValue", WireType.Varint, (reader) => reader.bool()),
  3: field("intValue", WireType.Varint, (reader) => String(reader.int64())),
  4: field("doubleValue", WireType.Bit64, (reader) => reader.double()),
  5: message("arrayValue", () => ({ 1: repeated(message("values", () => ANY_VALUE)) })),
  6: message("kvlistValue", () => ({ 1: attributes("values") })),
  7: field("bytesValue", WireType.LengthDelimited, (reader) => reader.bytes().toBase64()),
};

const KEY_VALUE: Message = { 1: text("key"), 2: message("value", () => ANY_VALUE) };

const attributes = (name: string) => repeated(message(name, () => KEY_VALUE));

const LOG_RECORD: Message = {
  1: field("timeUnixNano", WireType.Bit64, (reader) => String(reader.fixed64())),
  5: message("body", () => ANY_VALUE),
  6: attributes("attributes"),
  7: field("droppedAttributesCount", WireType.Varint, (reader) => reader.uint32()),
};

const RESOURCE_LOGS: Message = {
  1: message("resource", () => ({ 1: attributes("attributes") })),
  2: repeated(
    message("scopeLogs", () => ({ 2: repeated(message("logRecords", () => LOG_RECORD)) })),
  ),
};

const REQUEST: Message = { 1: repeated(message("resourceLogs", () => RESOURCE_LOGS)) };

/**
 * Reads an `ExportLogsServiceRequest` of OTLP in the binary encoding of protobuf, into the same form
 * as OTLP/JSON. It evaluates no generated code, which workerd forbids.
 *
 * @param bytes The body.
 * @returns The request, as far as the activity log needs it.
 * @throws {Error} If the bytes are not such a message.
 */
export function readLogsRequest(bytes: Uint8Array): Record<string, unknown> {
  return readMessage(bytes, REQUEST, 0);
}

function readMessage(bytes: Uint8Array, fields: Message, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new RangeError("A message is nested too deeply");
  const reader = new BinaryReader(bytes);
  const members: Record<string, unknown> = {};
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag();
    const known = fields[number];
    if (known === undefined || known.wire !== wire) {
      reader.skip(wire, number, MAX_DEPTH);
      continue;
    }
    const value = known.read(reader, depth);
    if (!known.isRepeated) members[known.name] = value;
    else ((members[known.name] ??= []) as unknown[]).push(value);
  }
  return members;
}

/**
 * Writes an `ExportLogsServiceResponse` of OTLP.
 *
 * @param rejected How many log records were not recorded.
 * @param message Why; empty if all were.
 * @returns The binary encoding.
 */
export function writeLogsResponse(rejected: number, message: string): Uint8Array<ArrayBuffer> {
  const response = new BinaryWriter();
  if (message === "") return response.finish();
  response.tag(1, WireType.LengthDelimited).fork();
  if (rejected > 0) response.tag(1, WireType.Varint).int64(rejected);
  return response.tag(2, WireType.LengthDelimited).string(message).join().finish();
}

/**
 * Writes a `google.rpc.Status`.
 *
 * @param code The code of gRPC.
 * @param message What went wrong.
 * @returns The binary encoding.
 */
export function writeStatus(code: number, message: string): Uint8Array<ArrayBuffer> {
  return new BinaryWriter()
    .tag(1, WireType.Varint).int32(code)
    .tag(2, WireType.LengthDelimited).string(message)
    .finish();
}
