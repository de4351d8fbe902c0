import type { Random } from "./random.ts";
import { ACTIONS, EVENT_NAMES, FIRST_NAMES, OBJECTS, WORDS } from "./synthetic_events.ts";

type Values = string | string[];

/** A rule as an author would write it: a selection, and in three of ten rules a filter. */
export interface SyntheticRule {
  id: string;
  selection: Record<string, Values>;
  filter?: Record<string, Values>;
}

/** The probability of each shape, as running totals, and its selection. */
const SHAPES: readonly [upTo: number, selection: (random: Random) => Record<string, Values>][] = [
  [0.25, (r) => ({ event: r.pick(EVENT_NAMES), "user|contains": `user.${r.below(800)}@` })],
  [0.45, (r) => ({
    event: [r.pick(EVENT_NAMES), r.pick(EVENT_NAMES), r.pick(EVENT_NAMES)],
    "resources.name|contains": [resource(r), resource(r)],
  })],
  [0.60, (r) => ({ event: r.pick(EVENT_NAMES), "ipAddress|cidr": network(r) })],
  [0.75, (r) => ({ "resources.name|contains": [resource(r), resource(r), resource(r)] })],
  [0.83, (r) => ({ "user|startswith": `${r.pick(FIRST_NAMES)} Person${r.below(800)} ` })],
  [0.90, (r) => ({
    event: `*${r.pick(OBJECTS)}*${r.pick(ACTIONS)}`,
    user: `*user.${r.below(800)}@*.example*`,
  })],
  [0.95, (r) => ({
    "resources.name|re": `^${r.pick(WORDS)}-(${r.pick(WORDS)}|${r.pick(WORDS)})-${
      r.below(30)
    }[0-9]$`,
  })],
  [1, (r) => ({
    "ipAddress|cidr": [network(r), `10.${r.below(63)}.${r.below(12)}.${r.below(32)}/32`],
  })],
];

function resource(random: Random): string {
  return `${random.pick(WORDS)}-${random.pick(WORDS)}-${random.below(300)}`;
}

function network(random: Random): string {
  return `${random.below(223)}.${random.below(255)}.0.0/16`;
}

/** Rules of which about 60 in 100 name an event and something else. */
export function syntheticRules(count: number, random: Random): SyntheticRule[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = random.next();
    const [, selection] = SHAPES.find(([upTo]) => kind < upTo)!;
    const rule: SyntheticRule = { id: `rule-${index}`, selection: selection(random) };
    if (random.next() < 0.3) rule.filter = { "user|endswith": "@example.com)" };
    return rule;
  });
}

/** The rule as a Sigma file. */
export function toSigma({ id, selection, filter }: SyntheticRule): string {
  return JSON.stringify({
    title: `Rule ${id}`,
    logsource: { product: "thousandeyes", service: "audit" },
    detection: {
      selection,
      ...(filter ? { filter } : {}),
      condition: filter ? "selection and not filter" : "selection",
    },
    level: "medium",
  });
}
