import { ALL } from "./all.ts";
import { ARRAYS } from "./arrays.ts";
import { BASE64 } from "./base64.ts";
import { CASED } from "./cased.ts";
import { CIDR } from "./cidr.ts";
import { CONDITIONS } from "./conditions.ts";
import { CONTAINS_STARTSWITH_ENDSWITH } from "./contains_startswith_endswith.ts";
import { ERRORS } from "./errors.ts";
import { ESCAPES } from "./escapes.ts";
import { EXPAND } from "./expand.ts";
import { FIELDREF } from "./fieldref.ts";
import { FILTERS } from "./filters.ts";
import { KEYWORDS } from "./keywords.ts";
import { LISTS_AND_MAPS } from "./lists_and_maps.ts";
import { METADATA } from "./metadata.ts";
import { MODIFIERS_ORDER } from "./modifiers_order.ts";
import { NEQ } from "./neq.ts";
import { NULL_EMPTY_EXISTS } from "./null_empty_exists.ts";
import { NUMERIC } from "./numeric.ts";
import { RE } from "./re.ts";
import type { SpecCase } from "./spec_case.ts";
import { TIME } from "./time.ts";
import { UTF16 } from "./utf16.ts";
import { VALUES_AND_WILDCARDS } from "./values_and_wildcards.ts";
import { WINDASH } from "./windash.ts";

/** Every table of cases, by the part of Sigma that it is about. */
export const FAMILIES: Readonly<Record<string, readonly SpecCase[]>> = {
  values: VALUES_AND_WILDCARDS,
  escapes: ESCAPES,
  nothing: NULL_EMPTY_EXISTS,
  keywords: KEYWORDS,
  lists: LISTS_AND_MAPS,
  contains: CONTAINS_STARTSWITH_ENDSWITH,
  all: ALL,
  cased: CASED,
  re: RE,
  cidr: CIDR,
  numeric: NUMERIC,
  neq: NEQ,
  windash: WINDASH,
  base64: BASE64,
  utf16: UTF16,
  fieldref: FIELDREF,
  expand: EXPAND,
  time: TIME,
  conditions: CONDITIONS,
  arrays: ARRAYS,
  filters: FILTERS,
  metadata: METADATA,
  errors: ERRORS,
  order: MODIFIERS_ORDER,
};
