import type { Check } from "./check.ts";
import { conditionChecks } from "./condition_checks.ts";
import { correlationChecks } from "./correlation_checks.ts";
import { filterChecks } from "./filter_checks.ts";
import { lifecycleChecks } from "./lifecycle_checks.ts";
import { logsourceChecks } from "./logsource_checks.ts";
import { metadataChecks } from "./metadata_checks.ts";
import { modifierChecks } from "./modifier_checks.ts";
import { networkChecks } from "./network_checks.ts";
import { panoptesChecks } from "./panoptes_checks.ts";
import { performanceChecks } from "./performance_checks.ts";
import { regexChecks } from "./regex_checks.ts";
import { selectionChecks } from "./selection_checks.ts";
import { tagChecks } from "./tag_checks.ts";
import { testChecks } from "./test_checks.ts";
import { textChecks } from "./text_checks.ts";
import { valueChecks } from "./value_checks.ts";
import { valueListChecks } from "./value_list_checks.ts";

/** The checks of one document by group, in the order in which findings at one place are shown. */
export const CHECK_GROUPS: Readonly<Record<string, readonly Check[]>> = {
  metadata: metadataChecks,
  lifecycle: lifecycleChecks,
  tag: tagChecks,
  logsource: logsourceChecks,
  selection: selectionChecks,
  modifier: modifierChecks,
  value: valueChecks,
  value_list: valueListChecks,
  network: networkChecks,
  regex: regexChecks,
  condition: conditionChecks,
  performance: performanceChecks,
  filter: filterChecks,
  correlation: correlationChecks,
  test: testChecks,
  panoptes: panoptesChecks,
  text: textChecks,
};

/** Every check of one document. */
export const CHECKS: readonly Check[] = Object.values(CHECK_GROUPS).flat();
