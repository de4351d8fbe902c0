import { readBytes } from "../../stream/read_bytes.ts";
import { problem } from "../answer/problem.ts";

/**
 * Reads the body of a request as JSON.
 *
 * @param request The request; if its client leaves, reading ends.
 * @param maxBytes The maximum size.
 * @returns The value, which is undefined for a body that is not JSON in UTF-8; or the problem
 *   `too_large`.
 */
export async function jsonBody(
  { body, signal }: Request,
  maxBytes: number,
): Promise<{ value: unknown } | Response> {
  let bytes: Uint8Array;
  try {
    bytes = await readBytes(body, maxBytes, signal);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return problem("too_large", {
      detail: `The body may have at most ${maxBytes} bytes`,
      members: { maxBytes },
    });
  }
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) };
  } catch {
    return { value: undefined };
  }
}
