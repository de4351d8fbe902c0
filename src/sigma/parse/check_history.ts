import { readHistory } from "../correlation/history.ts";
import type { Source } from "./source.ts";
import { entriesOf, type Entry, placeOf, plainOf } from "./yaml_tree.ts";

/**
 * Reports what is wrong in `panoptes.new_value` and `panoptes.absence`: a rule that looks back in
 * another way than its author thinks finds the wrong things.
 *
 * @param entry The field `panoptes`.
 * @param kind What the document is; only rules look back.
 * @param source The file, which collects the problems.
 */
export function checkHistory(
  entry: Entry,
  kind: "rule" | "correlation" | "filter",
  source: Source,
): void {
  const { history, problems } = readHistory(plainOf(entry.value));
  for (const { path, message, suggestion } of problems) {
    source.report("panoptes-history", message, placeAt(entry, path), suggestion);
  }
  if (kind === "rule" || history === undefined) return;
  const message = `Only a rule has '${history.kind}': a ${kind} has no events of its own`;
  source.report("panoptes-history", message, placeAt(entry, [history.kind]));
}

/** The innermost entry of a path that is there. */
function placeAt(entry: Entry, path: readonly string[]) {
  let at = entry;
  for (const name of path) {
    at = entriesOf(at.value)?.find(({ key }) => key === name) ?? at;
  }
  return placeOf(at.value ?? at.keyNode);
}
