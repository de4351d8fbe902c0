import { parse } from "yaml";
import { closest } from "../../sigma/closest.ts";
import type { LogSource } from "../../sigma/mod.ts";
import { parseWindow } from "../../thousandeyes/stream/parse_window.ts";
import { UsageError } from "../exit_code.ts";

/**
 * Parses the option `--logsource`: `any`, or pairs such as `product=windows,service=security`.
 *
 * @param text The option's value.
 * @returns The log source; undefined for `any`.
 * @throws {UsageError} If it is neither.
 */
export function parseLogSource(text: string): LogSource | undefined {
  if (text.trim().toLowerCase() === "any") return undefined;
  const source: LogSource = {};
  for (const pair of text.split(",")) {
    const [key = "", value = "", ...more] = pair.split("=").map((part) => part.trim());
    if (key === "" || value === "" || more.length > 0) {
      throw new UsageError(
        `Invalid --logsource '${text}': use any, or pairs such as product=windows,service=security`,
      );
    }
    const meant = closest(key, ["category", "product", "service"]);
    if (key === "category" || key === "product" || key === "service") source[key] = value;
    else if (meant !== undefined) {
      throw new UsageError(`Invalid --logsource '${text}': did you mean '${meant}=${value}'?`);
    } else source.custom = { ...source.custom, [key]: value };
  }
  return source;
}

/**
 * Parses the option `--since`: how far to look back.
 *
 * @param text The option's value, such as `30d`.
 * @returns Milliseconds, more than 0.
 * @throws {UsageError} If it is anything else.
 */
export function parseSince(text: string): number {
  try {
    const window = parseWindow(text);
    if (window > 0) return window;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new UsageError(`Invalid --since '${text}': write a number and s, m, h, d or w, as in 30d`);
}

/**
 * A time of an option: a length of time is counted from the present, and anything else is left to
 * what reads times.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { timeOf } from "./option_values.ts";
 *
 * const now = Date.UTC(2026, 10, 22, 13);
 * assertEquals(timeOf("12h", now, "ago"), "2026-11-22T01:00:00.000Z");
 * assertEquals(timeOf("2h", now, "ahead"), "2026-11-22T15:00:00.000Z");
 * assertEquals(timeOf("2026-11-22T10:00:00Z", now, "ago"), "2026-11-22T10:00:00Z");
 * assertEquals(timeOf("999999999999w", now, "ago"), "999999999999w");
 * ```
 *
 * @param text The option's value, such as `12h`.
 * @param now The present, in milliseconds since the Unix epoch.
 * @param direction Whether a length of time lies before the present or after it.
 * @returns ISO 8601, or the value as it is if it is no length of time, or one that no date can hold.
 */
export function timeOf(text: string, now: number, direction: "ago" | "ahead"): string {
  if (!/^\d{1,12}[smhdw]$/.test(text)) return text;
  const length = parseWindow(text);
  const time = new Date(direction === "ago" ? now - length : now + length);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

/** The lists behind `%name%`. */
export type Placeholders = Record<string, string[]>;

/**
 * Reads the file of the option `--placeholders`: lists for the modifier expand, as YAML or JSON.
 *
 * @param path The file: `name: [value, …]`; undefined where the option is not set.
 * @returns What RuleSet and the other functions of the engine take: the lists by name, if there are
 * any.
 * @throws {UsageError} If the file cannot be read or contains anything else.
 */
export async function readPlaceholders(
  path: string | undefined,
): Promise<{ placeholders?: Placeholders }> {
  if (path === undefined) return {};
  let content: unknown;
  try {
    const bytes = await Deno.readFile(path);
    content = parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    const reason = cause instanceof Deno.errors.NotFound
      ? "it does not exist"
      : cause instanceof TypeError
      ? "it is not UTF-8"
      : cause instanceof Error
      ? cause.message.split("\n")[0]?.replace(/:$/, "")
      : String(cause);
    throw new UsageError(`Cannot read placeholders from '${path}': ${reason}`, { cause });
  }
  const placeholders: Placeholders = Object.create(null);
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    throw invalidLists(path);
  }
  for (const [name, value] of Object.entries(content)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    const isList = values.every((each) => typeof each === "string" || typeof each === "number");
    if (!isList || values.length === 0) throw invalidLists(path, name);
    placeholders[name] = values.map(String);
  }
  return { placeholders };
}

function invalidLists(path: string, name = "name"): UsageError {
  return new UsageError(
    `Cannot read placeholders from '${path}': expected a list of strings at '${name}', such as ` +
      `"Administrators: [root, adm_*]"`,
  );
}
