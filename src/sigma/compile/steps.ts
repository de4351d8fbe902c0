import type { ModifierFamily } from "../modifiers.ts";
import { comparisonStep } from "./comparison_steps.ts";
import { dashStep } from "./dash_step.ts";
import { base64OffsetStep, base64Step, utf16Step } from "./encoding_steps.ts";
import { networkStep } from "./network_step.ts";
import { placeStep } from "./place_steps.ts";
import { expandStep } from "./placeholder_step.ts";
import { existsStep } from "./presence_step.ts";
import { referenceStep } from "./reference_step.ts";
import { regexFlagStep, regexStep } from "./regex_steps.ts";
import type { Step } from "./work.ts";
import { timeStep } from "./time_steps.ts";

/** These say something about the item as a whole and leave its values alone. */
const keep: Step = (work) => work;

const encode: Step = (work, context) => {
  const steps: Readonly<Record<string, Step>> = {
    base64: base64Step,
    base64offset: base64OffsetStep,
  };
  return (steps[context.modifier] ?? utf16Step)(work, context);
};

/** What each family of modifiers does to a value. */
export const STEPS: Readonly<Record<ModifierFamily, Step>> = {
  link: keep,
  case: keep,
  negation: keep,
  place: placeStep,
  presence: existsStep,
  regex: regexStep,
  "regex-flag": regexFlagStep,
  network: networkStep,
  comparison: comparisonStep,
  dash: dashStep,
  encoding: encode,
  reference: referenceStep,
  placeholder: expandStep,
  time: timeStep,
};
