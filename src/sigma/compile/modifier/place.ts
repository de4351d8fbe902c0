import { ANY, type TextPart } from "../text_parts.ts";
import { misfit, type Place, type Step } from "../work.ts";

/** `contains`, `startswith` and `endswith`: they add wildcards to a string that has none there. */
export const placeStep: Step = (work, context) => {
  const place = context.modifier as Exclude<Place, "whole">;
  if (work.kind === "regex" || work.kind === "reference") return { ...work, place };
  if (work.kind !== "text") throw misfit(work, context);
  const { parts } = work;
  const before: TextPart[] = place === "startswith" || parts[0] === ANY ? [] : [ANY];
  const after: TextPart[] = place === "endswith" || parts[parts.length - 1] === ANY ? [] : [ANY];
  return { kind: "text", parts: [...before, ...parts, ...after], raw: undefined };
};
