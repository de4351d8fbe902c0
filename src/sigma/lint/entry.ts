import type { Node } from "yaml";
import type { Offsets } from "../parse/source.ts";

/** A key of a map with its value, as data and as a place. */
export interface Entry {
  readonly name: string;
  readonly key: Offsets;
  readonly value: Offsets;
  readonly data: unknown;
  readonly node: Node | null;
}
