const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Parses the API's look-back parameter: a number and one of the units `s`, `m`, `h`, `d` and `w`; a
 * number alone is in seconds.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/time-ranges/}
 *
 * @example
 * ```ts
 * import { assertEquals, assertThrows } from "@std/assert";
 * import { parseWindow } from "./parse_window.ts";
 *
 * assertEquals(parseWindow("12h"), 12 * 60 * 60 * 1000);
 * assertEquals(parseWindow("90"), 90_000);
 * assertThrows(() => parseWindow("1 day"), SyntaxError);
 * ```
 *
 * @param text The parameter, such as `12h`.
 * @returns Milliseconds.
 * @throws {SyntaxError} If it has a different form.
 */
export function parseWindow(text: string): number {
  const [, digits, unit = "s"] = /^(\d{1,12})([smhdw])?$/.exec(text) ?? [];
  if (digits === undefined) {
    throw new SyntaxError(`Cannot list audit events: window is not of the form 12h: "${text}"`);
  }
  return Number(digits) * UNIT_MS[unit as keyof typeof UNIT_MS];
}
