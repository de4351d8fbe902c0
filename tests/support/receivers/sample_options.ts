import type { FormatName } from "../../../src/delivery/format/formats.ts";

/** Valid options of each format, with made-up keys. */
export const SAMPLE_OPTIONS: Readonly<Record<FormatName, Readonly<Record<string, unknown>>>> = {
  standard: {},
};
