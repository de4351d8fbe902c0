import { parse } from "yaml";
import { UsageError } from "../exit_code.ts";

/**
 * Reads a file with one document of YAML; JSON is YAML too.
 *
 * @param path The file; `-` for standard input.
 * @returns What it contains.
 * @throws {UsageError} If it cannot be read or is not YAML; the message quotes nothing of it, since
 *   it may contain secrets.
 */
export async function readDocument(path: string): Promise<unknown> {
  const place = path === "-" ? "standard input" : `'${path}'`;
  let bytes: Uint8Array;
  try {
    bytes = path === "-"
      ? await new Response(Deno.stdin.readable).bytes()
      : await Deno.readFile(path);
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound ? "it does not exist" : "it is unreadable";
    throw new UsageError(`Cannot read ${place}: ${reason}`, { cause });
  }
  try {
    return parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes), {
      merge: true,
      maxAliasCount: 100,
    });
  } catch (cause) {
    const [line, column] = placeOf(cause);
    const where = line === undefined ? "" : ` at line ${line}, column ${column}`;
    throw new UsageError(`Cannot read ${place}: it is not YAML or JSON in UTF-8${where}`);
  }
}

function placeOf(error: unknown): [line?: number, column?: number] {
  const [start] = (error as { linePos?: { line: number; col: number }[] }).linePos ?? [];
  return start === undefined ? [] : [start.line, start.col];
}
