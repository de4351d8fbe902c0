import type { ModifierFamily } from "../../modifiers.ts";
import type { Step } from "../work.ts";
import { cidrStep } from "./cidr.ts";
import { comparisonStep } from "./comparison.ts";
import { encodingStep } from "./encoding.ts";
import { existsStep } from "./exists.ts";
import { expandStep } from "./expand.ts";
import { fieldrefStep } from "./fieldref.ts";
import { placeStep } from "./place.ts";
import { regexFlagStep, regexStep } from "./regex.ts";
import { timeStep } from "./time.ts";
import { windashStep } from "./windash.ts";

/** Marks modifiers that are about the item as a whole and leave its values alone. */
const ABOUT_ITEM = undefined;

/** What each family of modifiers does to a value. */
export const STEPS: Readonly<Record<ModifierFamily, Step | undefined>> = {
  all: ABOUT_ITEM,
  cased: ABOUT_ITEM,
  neq: ABOUT_ITEM,
  place: placeStep,
  exists: existsStep,
  regex: regexStep,
  "regex-flag": regexFlagStep,
  cidr: cidrStep,
  comparison: comparisonStep,
  windash: windashStep,
  encoding: encodingStep,
  fieldref: fieldrefStep,
  expand: expandStep,
  time: timeStep,
};
