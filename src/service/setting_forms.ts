/**
 * The forms that settings have: their texts for the documentation, and the schemas that read them.
 *
 * @module
 */
import * as v from "valibot";
import { isLoopback } from "../stream/fetch.ts";

/** One setting. Its texts are Markdown; no message quotes a value, which may be a secret. */
export interface Setting<Value> {
  /** The name of the variable or secret. */
  readonly name: string;
  /** Whether it is set with `wrangler secret put` and not under `[vars]`. */
  readonly isSecret?: true;
  /** The default, as the documentation shows it. */
  readonly shownDefault: string;
  /** What it does, in one line. */
  readonly help: string;
  /** What its value may be, in one line; absent if `help` says it. */
  readonly bounds?: string;
  /** Validates the value, undefined if unset, and converts it for the configuration. */
  readonly schema: v.GenericSchema<unknown, Value>;
}

/** Lengths of time, in milliseconds. */
export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const DAY = 24 * 60 * MINUTE;

/** Any setting: it only infers the type of its value. */
export function setting<Value>(setting: Setting<Value>): Setting<Value> {
  return setting;
}

/** A number that an operator writes in `unit` and the configuration holds in the base unit. */
export function numeric(
  { name, help, default: fallback, unit = 1, min, max, isInteger = false }: {
    name: string;
    help: string;
    /** In the base unit. */
    default: number;
    unit?: number;
    min: number;
    max: number;
    isInteger?: boolean;
  },
): Setting<number> {
  const message = `must be a number from ${min} to ${max}`;
  return {
    name,
    shownDefault: `\`${fallback / unit}\``,
    help,
    bounds: `${min} to ${max}`,
    schema: v.pipe(
      v.optional(text(), String(fallback / unit)),
      v.regex(/^\d+(\.\d+)?$/, message),
      v.transform(Number),
      v.minValue(min, message),
      v.maxValue(max, message),
      v.check((value) => !isInteger || Number.isInteger(value), "must be an integer"),
      v.transform((value) => value * unit),
    ),
  };
}

/** A duration such as `12h`, which the configuration holds in milliseconds. */
export function duration(
  { name, help, default: fallback, min }: {
    name: string;
    help: string;
    /** In milliseconds. */
    default: number;
    /** In milliseconds. */
    min: number;
  },
): Setting<number> {
  const units = { d: DAY, h: 60 * MINUTE, m: MINUTE };
  const written = (ms: number) => {
    const [letter, unit] = Object.entries(units).find(([, unit]) => ms % unit === 0) ??
      ["m", MINUTE];
    return ms === 0 ? "0" : `${ms / unit}${letter}`;
  };
  return {
    name,
    shownDefault: `\`${written(fallback)}\``,
    help,
    bounds: min === 0
      ? "a duration such as `30m`, `24h` or `30d`, or `0`"
      : `a duration of at least \`${written(min)}\``,
    schema: v.pipe(
      v.optional(text(), written(fallback)),
      v.regex(/^(0|\d{1,4}[mhd])$/, "must be a duration such as 30m, 24h or 30d, or 0"),
      v.transform((value) => {
        const [, unit = 0] = Object.entries(units).find(([letter]) => value.endsWith(letter)) ?? [];
        return parseInt(value) * unit;
      }),
      v.maxValue(1_000 * DAY, "must be at most 1000d"),
      v.minValue(min, `must be at least ${written(min)}`),
    ),
  };
}

/** What a text lists, separated by commas, each entry in its normal form. */
export function listed(value: string, normal: (entry: string) => string): string[] {
  return value.split(",").map(normal).filter(Boolean);
}

/** Host names separated by commas; an address such as `127.0.0.1` looks like one. */
export function hostNames() {
  return v.optional(
    v.pipe(
      text(),
      v.transform((value) => listed(value, normalHost)),
      v.everyItem(
        (name) => /^[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name),
        "must be host names separated by commas",
      ),
    ),
    "",
  );
}

/** The one spelling of a host name. */
export function normalHost(name: string): string {
  return name.trim().toLowerCase().replace(/\.$/, "");
}

/** A value may be a string or, if wrangler.toml contains it, already a number or a boolean. */
export function text() {
  return v.pipe(
    v.union([v.string(), v.number(), v.boolean()], "must be a string"),
    v.transform((value) => String(value).trim()),
  );
}

/** A choice between true and false. */
export function trueOrFalse() {
  return v.pipe(
    text(),
    v.toLowerCase(),
    v.picklist(["true", "false"], "must be true or false"),
    v.transform((value) => value === "true"),
  );
}

/** An origin, as `URL` writes it. */
export function origin() {
  return v.pipe(
    text(),
    v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
      const url = URL.parse(dataset.value);
      const isOrigin = url !== null && url.href === `${url.origin}/`;
      if (isOrigin && (url.protocol === "https:" || isLoopback(url.hostname))) return url.origin;
      addIssue({ message: "must be an https URL without a path; http only on loopback" });
      return NEVER;
    }),
  );
}
