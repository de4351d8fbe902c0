import * as v from "valibot";
import { readBytes } from "../stream/read_bytes.ts";
import { InvalidRequestError } from "./read_query.ts";

/** The largest body that is read, in bytes. */
const MAX_BYTES = 65_536;

/**
 * Reads the body of a request strictly: JSON in UTF-8 with the members of a schema.
 *
 * @typeParam Value What the schema makes of it.
 * @param request The request.
 * @param schema The schema; its messages must not quote values.
 * @returns The body.
 * @throws {InvalidRequestError} If it is anything else; the message names what, never a value.
 */
export async function readBody<Value>(
  { body, signal }: Request,
  schema: v.GenericSchema<unknown, Value>,
): Promise<Value> {
  let json: unknown;
  try {
    const bytes = await readBytes(body, MAX_BYTES, signal);
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    signal.throwIfAborted();
    throw new InvalidRequestError(
      error instanceof RangeError
        ? `The body may have ${MAX_BYTES} bytes`
        : "The body must be JSON in UTF-8",
    );
  }
  const { success, output, issues } = v.safeParse(schema, json);
  if (success) return output;
  const problems = issues.map((issue) => `${v.getDotPath(issue) ?? "the body"} ${issue.message}`);
  throw new InvalidRequestError([...new Set(problems)].join("; "));
}
