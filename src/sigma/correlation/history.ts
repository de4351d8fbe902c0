/**
 * Rules that look back: `panoptes.new_value` and `panoptes.absence`, which Sigma cannot say. To
 * other tools they are parts of a custom field, so the file stays valid Sigma.
 *
 * @module
 */
import { closest } from "../closest.ts";
import type { JsonValue, SigmaRule } from "../sigma_rule.ts";
import type { Words } from "../vocabulary.ts";
import { parseTimespan } from "./timespan.ts";

/** A time as written, and in seconds. */
export interface Timespan {
  /** Such as `14d`. */
  text: string;
  /** The same in seconds. */
  seconds: number;
}

/** `panoptes.new_value`: only a value that the group has not had before makes an alert. */
export interface NewValue {
  /** Tells the kinds apart. */
  kind: "new_value";
  /** The field whose values are remembered. */
  field: string;
  /** The fields whose values tell groups apart; without any, there is one group. */
  groupBy: string[];
  /** How long after its first match a group only learns. */
  learn: Timespan;
  /** For addresses: the leading bits that count. */
  network?: { ipv4: number; ipv6: number };
}

/** `panoptes.absence`: an alert when no event has matched for a time. */
export interface Absence {
  /** Tells the kinds apart. */
  kind: "absence";
  /** The fields whose values tell groups apart; without any, there is one group. */
  groupBy: string[];
  /** For how long nothing must match. */
  for: Timespan;
}

/** What a rule asks of the matches before. */
export type History = NewValue | Absence;

/** The members of `panoptes` that look back, each with the sentence that an editor shows. */
export const HISTORY_MEMBERS = {
  new_value: "Alert only when a field has a value that the group has not had before",
  absence: "Alert when no event has matched for a time",
} as const satisfies Words;

/** The keys of each, with the sentence that an editor shows. */
export const HISTORY_KEYS = {
  new_value: {
    field: "The field whose values are remembered, such as ipAddress",
    "group-by": "The fields that tell groups apart, such as user; without it, there is one group",
    learn: "How long after its first event a group only learns; 14d",
    network: "Remember networks instead of addresses: true for /16 and /48, or ipv4 and ipv6",
  },
  absence: {
    for: "For how long nothing must match, such as 24h",
    "group-by": "The fields that tell groups apart; without it, there is one group",
  },
} as const satisfies Record<keyof typeof HISTORY_MEMBERS, Words>;

/** How long a group learns unless its rule says otherwise. */
export const DEFAULT_LEARN = "14d";
/** The networks of `network: true`: what a provider or a site usually has. */
export const DEFAULT_NETWORK = { ipv4: 16, ipv6: 48 } as const;
/** The most fields of `group-by`. */
const MAX_FIELDS = 100;

/** Something wrong in `new_value` or `absence`. */
export interface HistoryProblem {
  /** Where: the names of the members within `panoptes`. */
  path: string[];
  /** One sentence without a full stop. */
  message: string;
  /** What to write instead. */
  suggestion?: string;
}

/**
 * What a rule asks of the matches before.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { historyOf } from "./history.ts";
 *
 * const panoptes = { new_value: { field: "ipAddress", "group-by": "user", network: true } };
 * assertEquals(historyOf({ custom: { panoptes } }), {
 *   kind: "new_value",
 *   field: "ipAddress",
 *   groupBy: ["user"],
 *   learn: { text: "14d", seconds: 1_209_600 },
 *   network: { ipv4: 16, ipv6: 48 },
 * });
 * ```
 *
 * @param rule A parsed rule.
 * @returns Undefined if it looks at each event alone, or if what it says is wrong: then the parser
 *   has refused it.
 */
export function historyOf({ custom }: Pick<SigmaRule, "custom">): History | undefined {
  return readHistory(custom.panoptes ?? null).history;
}

/**
 * Reads `new_value` or `absence` in a field `panoptes`.
 *
 * @param panoptes The content of the field.
 * @returns What the rule asks for, if it does and nothing is wrong; and what is wrong.
 */
export function readHistory(
  panoptes: JsonValue,
): { history?: History; problems: HistoryProblem[] } {
  const reader = new HistoryReader();
  if (!isMap(panoptes)) return reader;
  const { new_value: newValue, absence } = panoptes;
  if (newValue !== undefined && absence !== undefined) {
    reader.report(["absence"], "A rule has either 'new_value' or 'absence'");
  }
  const found = newValue !== undefined
    ? reader.newValue(newValue)
    : absence !== undefined
    ? reader.absence(absence)
    : undefined;
  const { problems } = reader;
  return found === undefined || problems.length > 0 ? { problems } : { history: found, problems };
}

type JsonMap = { readonly [key: string]: JsonValue };

class HistoryReader {
  readonly problems: HistoryProblem[] = [];

  newValue(value: JsonValue): NewValue | undefined {
    const map = this.#map("new_value", value);
    if (!map) return undefined;
    const { field, network } = map;
    if (typeof field !== "string" || field === "") {
      this.report(["new_value", "field"], "'new_value' needs the name of a field");
      return undefined;
    }
    const learn = this.#timespan("new_value", "learn", map.learn ?? DEFAULT_LEARN);
    const groupBy = this.#fields("new_value", map["group-by"]);
    if (groupBy.includes(field)) {
      this.report(["new_value", "group-by"], "A group has only one value of a field it groups by");
    }
    const prefixes = network === undefined || network === false
      ? undefined
      : this.#network(network);
    return {
      kind: "new_value",
      field,
      groupBy,
      learn,
      ...(prefixes === undefined ? {} : { network: prefixes }),
    };
  }

  absence(value: JsonValue): Absence | undefined {
    const map = this.#map("absence", value);
    if (!map) return undefined;
    const timespan = this.#timespan("absence", "for", map.for);
    return { kind: "absence", groupBy: this.#fields("absence", map["group-by"]), for: timespan };
  }

  report(path: string[], message: string, suggestion?: string): void {
    this.problems.push({ path, message, ...(suggestion === undefined ? {} : { suggestion }) });
  }

  #map(name: keyof typeof HISTORY_KEYS, value: JsonValue): JsonMap | undefined {
    const known = Object.keys(HISTORY_KEYS[name]);
    if (!isMap(value)) {
      this.report([name], `'${name}' must be a map with ${known.join(", ")}`);
      return undefined;
    }
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      this.report([name, key], `Unknown key '${key}' in '${name}'`, closest(key, known));
    }
    return value;
  }

  #timespan(name: string, key: string, value: JsonValue | undefined): Timespan {
    const text = typeof value === "string" ? value : "";
    const seconds = parseTimespan(text);
    if (seconds === undefined) {
      const found = value === undefined ? "is missing" : `cannot be '${String(value)}'`;
      const message = `'${key}' of '${name}' ${found}: write a whole number and s, m, h, d or w`;
      this.report([name, key], message);
    }
    return { text, seconds: seconds ?? 1 };
  }

  #fields(name: string, value: JsonValue | undefined): string[] {
    const fields = value === undefined || value === null ? [] : [value].flat();
    const texts = fields.filter((field) => typeof field === "string" && field !== "") as string[];
    if (texts.length < fields.length || fields.length > MAX_FIELDS) {
      this.report([name, "group-by"], "'group-by' must be a field or a list of fields");
    } else if (new Set(texts).size < texts.length) {
      this.report([name, "group-by"], "'group-by' has a field twice");
    }
    return texts;
  }

  #network(value: JsonValue): NewValue["network"] {
    if (value === true) return { ...DEFAULT_NETWORK };
    const wrong = () =>
      this.report(
        ["new_value", "network"],
        "'network' must be true, or a map with ipv4 (1 to 32) and ipv6 (1 to 128)",
      );
    if (!isMap(value)) return void wrong();
    const { ipv4 = DEFAULT_NETWORK.ipv4, ipv6 = DEFAULT_NETWORK.ipv6, ...others } = value;
    if (Object.keys(others).length > 0 || !isPrefix(ipv4, 32) || !isPrefix(ipv6, 128)) {
      return void wrong();
    }
    return { ipv4, ipv6 };
  }
}

function isPrefix(value: JsonValue, max: number): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max;
}

function isMap(value: JsonValue): value is { [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
