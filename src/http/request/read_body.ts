import * as v from "valibot";
import { jsonBody } from "./json_body.ts";
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
  request: Request,
  schema: v.GenericSchema<unknown, Value>,
): Promise<Value> {
  const body = await jsonBody(request, MAX_BYTES);
  if (body instanceof Response) {
    throw new InvalidRequestError(`The body may have at most ${MAX_BYTES} bytes`);
  }
  if (body.value === undefined) throw new InvalidRequestError("The body must be JSON in UTF-8");
  const { success, output, issues } = v.safeParse(schema, body.value);
  if (success) return output;
  const problems = issues.map((issue) => `${v.getDotPath(issue) ?? "the body"} ${issue.message}`);
  throw new InvalidRequestError([...new Set(problems)].join("; "));
}
