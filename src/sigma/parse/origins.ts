import type { Condition, DetectionItem } from "../sigma_rule.ts";
import type { YamlNode, YamlScalar } from "./yaml_tree.ts";

/** The YAML nodes that something was read from. */
export interface Origin {
  /** The key, where it stands under one. */
  key?: YamlScalar;
  /** The value; null when nothing was written. */
  value: YamlNode | null;
}

/** Where the parts of rules stand in their file. It is kept beside the rules, which stay plain data. */
export class Origins {
  /** Rules, named detections, detections of every kind, parsed conditions. */
  readonly nodes: Map<object, Origin> = new Map();
  /** The values of an item, in the same order. */
  readonly values: Map<DetectionItem, readonly YamlNode[]> = new Map();
  /** The names and `x of` parts of conditions; start and end count units of the scalar's value. */
  readonly parts: Map<Condition, { scalar: YamlScalar; start: number; end: number }> = new Map();
}
