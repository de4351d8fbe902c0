import type { StepContext } from "./work.ts";

/** What compiling an item needs from around it. */
export interface ItemScope {
  /** Numbers a field that `fieldref` points at. */
  fieldNumber: (field: string) => number;
  /** The lists for `expand`; undefined while a file is only checked. */
  placeholders?: StepContext["placeholders"];
}
