import type { LogSource } from "../../sigma/mod.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Reads the option `--logsource`: `any`, or pairs such as `product=windows,service=security`.
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
        `Cannot read --logsource '${text}': write any, or pairs such as product=windows,service=security`,
      );
    }
    if (key === "category" || key === "product" || key === "service") source[key] = value;
    else source.custom = { ...source.custom, [key]: value };
  }
  return source;
}
