import type { RegexLoader, WrittenRegex } from "../regex/regex_table.ts";
import { ItemError } from "../sigma_error.ts";
import type { DetectionItem, SigmaValue } from "../sigma_rule.ts";
import type { TextPart } from "./text_parts.ts";

/** Where a string must be in the field's string. */
export type Place = WrittenRegex["place"];

/** The comparisons of numbers; "eq" is for a part of a date without one of the others. */
export type Comparison = "eq" | "gt" | "gte" | "lt" | "lte";

/** The parts of a date that rules can ask for. */
export type TimePart = "minute" | "hour" | "day" | "week" | "month" | "year";

/** A value on its way through the modifiers, from what the author wrote to what is tested. */
export type Work =
  /** `raw` is the written value, if no modifier has changed it; `bytes`: one character per byte. */
  | { kind: "text"; parts: readonly TextPart[]; raw: SigmaValue | undefined; bytes?: true }
  | { kind: "null" }
  | { kind: "exists"; wanted: boolean }
  | { kind: "regex"; source: string; flags: ReadonlySet<string>; place: Place }
  | { kind: "network"; text: string }
  | { kind: "number"; comparison: Comparison; bound: number }
  | { kind: "time"; part: TimePart; comparison: Comparison; wanted: number }
  | { kind: "reference"; field: string; place: Place };

/** What the step of a modifier knows besides the value. */
export interface StepContext {
  /** The modifier. */
  modifier: string;
  /** The item it belongs to. */
  item: DetectionItem;
  /** The lists for `expand`; undefined while a file is only checked. */
  placeholders: Readonly<Record<string, readonly (string | number)[]>> | undefined;
}

/** The context in which an item is compiled. */
export interface ItemScope {
  /** Gives the number of a field that `fieldref` points to. */
  fieldNumber: (field: string) => number;
  /** Where the regular expressions of `re` come from. */
  regexes: RegexLoader;
  /** The lists for `expand`; undefined while a file is only checked. */
  placeholders?: StepContext["placeholders"];
}

/** Applies one modifier to one value; `expand` and `base64offset` may return several values. */
export type Step = (work: Work, context: StepContext) => Work | Work[];

const KINDS: Readonly<Record<Work["kind"], string>> = {
  text: "a string",
  null: "null",
  exists: "an existence test",
  regex: "a regular expression",
  network: "a network",
  number: "a comparison of numbers",
  time: "a part of a date",
  reference: "a reference to a field",
};

/** The problem that a modifier does not apply to what the modifiers before it made of a value. */
export function misfit(work: Work, { modifier }: StepContext): ItemError {
  const raw = work.kind === "text" ? work.raw : undefined;
  const kind = typeof raw === "number" || typeof raw === "boolean" ? `a ${typeof raw}` : undefined;
  const message = `The modifier '${modifier}' does not apply to ${kind ?? KINDS[work.kind]}`;
  return new ItemError("modifier-combination", message);
}

/** The value as written, for modifiers that must come first. */
export function rawValue(work: Work, context: StepContext): SigmaValue {
  if (work.kind === "null") return null;
  if (work.kind !== "text") throw misfit(work, context);
  if (work.raw !== undefined) return work.raw;
  const { modifier } = context;
  const message = `The modifier '${modifier}' must come before modifiers that change the value`;
  throw new ItemError("modifier-order", message);
}
