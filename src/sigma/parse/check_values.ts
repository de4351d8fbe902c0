import { checkItem } from "../compile/compile_item.ts";
import type { Detection, NamedDetection } from "../sigma_rule.ts";
import type { Origins } from "./origins.ts";
import type { Place, Source } from "./source.ts";

/**
 * Reports every value and modifier that could not be compiled, at its place.
 *
 * Lists for placeholders are not known yet; a missing one is found when the rule set is made.
 *
 * @param detections What was parsed.
 * @param origins Where it stands.
 * @param source Where problems go.
 */
export function checkValues(
  detections: readonly NamedDetection[],
  origins: Origins,
  source: Source,
): void {
  for (const { detection } of detections) checkDetection(detection, origins, source);
}

function checkDetection(detection: Detection, origins: Origins, source: Source): void {
  switch (detection.kind) {
    case "item":
      for (const { code, message, suggestion, value } of checkItem(detection)) {
        const origin = origins.nodes.get(detection);
        const place: Place = value === undefined
          ? origin?.key
          : origins.values.get(detection)?.[value];
        source.report(code, message, place ?? origin?.value, suggestion);
      }
      return;
    case "block":
      return checkDetection(detection.body, origins, source);
    case "group":
      return checkValues(detection.detections, origins, source);
    default:
      for (const part of detection.of) checkDetection(part, origins, source);
  }
}
