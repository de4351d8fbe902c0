import { ItemError } from "../sigma_error.ts";
import type { DetectionItem, SigmaValue } from "../sigma_rule.ts";
import type { TextPart } from "./text_parts.ts";

/** Where a text has to stand in the field's text. */
export type Place = "whole" | "contains" | "startswith" | "endswith";

/** The comparisons of numbers; "eq" is what a time part without one of the others means. */
export type Comparison = "eq" | "gt" | "gte" | "lt" | "lte";

/** The parts of a date that rules can ask for. */
export type TimePart = "minute" | "hour" | "day" | "week" | "month" | "year";

/** A value on its way through the modifiers, from what the author wrote to what is tested. */
export type Work =
  /** `raw` is what was written while no modifier has changed it; `bytes`: a character for each byte. */
  | { kind: "text"; parts: readonly TextPart[]; raw: SigmaValue | undefined; bytes?: true }
  | { kind: "null" }
  | { kind: "exists"; wanted: boolean }
  | { kind: "regex"; source: string; flags: ReadonlySet<string>; place: Place }
  | { kind: "network"; text: string }
  | { kind: "number"; comparison: Comparison; bound: number }
  | { kind: "time"; part: TimePart; comparison: Comparison; wanted: number }
  | { kind: "reference"; field: string; place: Place };

/** What a modifier's step knows besides the value. */
export interface StepContext {
  /** The modifier at hand. */
  modifier: string;
  /** The item it belongs to. */
  item: DetectionItem;
  /** The lists for `expand`; undefined while a file is only being checked. */
  placeholders: Readonly<Record<string, readonly (string | number)[]>> | undefined;
}

/** What compiling an item needs from around it. */
export interface ItemScope {
  /** Numbers a field that `fieldref` points at. */
  fieldNumber: (field: string) => number;
  /** The lists for `expand`; undefined while a file is only being checked. */
  placeholders?: StepContext["placeholders"];
}

/** Applies one modifier to one value; `expand` and `base64offset` make several of one. */
export type Step = (work: Work, context: StepContext) => Work | Work[];

const KINDS: Readonly<Record<Work["kind"], string>> = {
  text: "a text",
  null: "null",
  exists: "an existence test",
  regex: "a regular expression",
  network: "a network",
  number: "a comparison of numbers",
  time: "a part of a date",
  reference: "a reference to a field",
};

/** The problem that a modifier does not fit what the modifiers before it made of the value. */
export function misfit(work: Work, { modifier }: StepContext): ItemError {
  const raw = work.kind === "text" ? work.raw : undefined;
  const kind = typeof raw === "number" || typeof raw === "boolean" ? `a ${typeof raw}` : undefined;
  const message = `The modifier '${modifier}' does not apply to ${kind ?? KINDS[work.kind]}`;
  return new ItemError("modifier-combination", message);
}

/** What was written, for modifiers that have to come first. */
export function rawValue(work: Work, context: StepContext): SigmaValue {
  if (work.kind === "null") return null;
  if (work.kind !== "text") throw misfit(work, context);
  if (work.raw !== undefined) return work.raw;
  const { modifier } = context;
  const message = `The modifier '${modifier}' has to come before the ones that change the text`;
  throw new ItemError("modifier-order", message);
}
