/**
 * Parses what a file should hold.
 *
 * @param text The content of the file.
 * @returns The value; undefined if it is no JSON.
 */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Writes a value as JSON. The file is replaced as a whole, so that it is never half written, and
 * keeps its permissions; a new file may be read by its owner only.
 *
 * @param path The file.
 * @param value The value.
 */
export function replaceJson(path: string, value: unknown): void {
  Deno.writeTextFileSync(`${path}.tmp`, `${JSON.stringify(value)}\n`, { mode: modeOf(path) });
  Deno.renameSync(`${path}.tmp`, path);
}

function modeOf(path: string): number {
  try {
    return (Deno.statSync(path).mode ?? 0o600) & 0o777;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0o600;
    throw error;
  }
}
