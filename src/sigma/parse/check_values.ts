import { compileNamed } from "../compile/compile_detection.ts";
import { EventView } from "../match/event_view.ts";
import type { NamedDetection } from "../sigma_rule.ts";
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
  compileNamed(detections, {
    view: new EventView(),
    chain: [],
    report(item, { code, message, suggestion, value }) {
      const place: Place = value === undefined
        ? origins.nodes.get(item)?.key
        : origins.values.get(item)?.[value];
      source.report(code, message, place ?? origins.nodes.get(item)?.value, suggestion);
    },
  });
}
