import { ALERT_LEVELS, type AlertLevel, alertLevelOf } from "../../src/alert/alert.ts";
import { matchRules } from "../../src/alert/match_rules.ts";
import type { RuleBundle } from "../../src/alert/rule_bundle.ts";
import { toSigmaEvent } from "../../src/alert/to_sigma_event.ts";
import type { NewEvent } from "../../src/emulator/api_event.ts";
import { type CorrelationInput, MemoryStore } from "../../src/sigma/engine.ts";
import bundle from "../../src/service/rules.json" with { type: "json" };

/** An alert as far as tests of the rules look at it. */
export interface RuleAlert {
  readonly title: string;
  readonly level: AlertLevel;
}

/**
 * The alerts that the rules of the Worker make of events.
 *
 * @param events The events with their dates, oldest first.
 * @param problems Receives why a rule could not be loaded.
 */
export function alertsOfRules(
  events: readonly (NewEvent & { readonly date: number })[],
  problems: (what: string) => void = () => {},
): RuleAlert[] {
  const { match, correlator } = matchRules(bundle as unknown as RuleBundle, problems);
  const inputs: CorrelationInput[] = [];
  const alone = events.flatMap(({ date, ...event }, index) => {
    const seen = toSigmaEvent({ ...event, date: new Date(date).toISOString() });
    const matches = match(seen);
    correlator?.collect({ event: seen, time: date, id: String(index) }, matches, inputs);
    return matches.filter(({ isSilent }) => !isSilent).map(({ rule }) => rule);
  });
  // What waits for silence waits for ever.
  const watermark = Math.max(0, ...events.map(({ date }) => date));
  const { results = [] } = correlator?.correlate(new MemoryStore(), inputs, watermark) ?? {};
  return [...alone, ...results.map(({ document }) => document)].map(({ title, level }) => ({
    title,
    level: alertLevelOf(level),
  }));
}

/** Whether an endpoint gets an alert that does not say from which level on it wants them. */
export function isSent({ level }: RuleAlert): boolean {
  return ALERT_LEVELS.indexOf(level) >= ALERT_LEVELS.indexOf("medium");
}
