import type { RuleMatcher } from "../../alert/match_rules.ts";
import { ruleIdOf } from "../../alert/named_rules.ts";
import { readOddEvent, textsIn } from "../../alert/read_odd_event.ts";
import { Tally, type Top } from "../../alert/tally.ts";
import type { AlertingRule } from "../../alert/to_alert.ts";
import { toSigmaEvent } from "../../alert/to_sigma_event.ts";
import { parseDate } from "../../thousandeyes/event/parse_date.ts";

/** How many different texts are told apart, ... */
const MAX_TEXTS = 10_000;
/** ... and how many characters of each. */
const MAX_LENGTH = 500;
/** How many users, and how many types of resources, are told apart for one text. */
const MAX_NAMES = 1_000;
/** How many of them are named. */
const MAX_NAMED = 10;

/** What is known of one event text. */
export interface TextSummary {
  /** The text; null for events without one. */
  readonly event: string | null;
  /** How many events have it. */
  readonly count: number;
  /** The date of the first one, ISO 8601; null if none has a date. */
  readonly firstAt: string | null;
  /** The date of the last one. */
  readonly lastAt: string | null;
  /** Who acted, most frequent first. */
  readonly actors: Top;
  /** The types of its resources, most frequent first. */
  readonly resourceTypes: Top;
  /** The rules that match some of the events, most frequent first. */
  readonly rules: readonly {
    readonly id: string;
    readonly title: string;
    readonly level: string | null;
    /** How many of the events it matches. */
    readonly count: number;
  }[];
}

/** One text while it is counted. */
interface Counted {
  count: number;
  first: number;
  last: number;
  readonly actors: Tally;
  readonly resourceTypes: Tally;
  readonly rules: Map<AlertingRule, number>;
}

/** Counts events by their text, in memory that does not grow with the events. */
export class EventSummary {
  readonly #match: RuleMatcher["match"];
  readonly #texts = new Map<string | null, Counted>();
  #otherTexts = 0;

  /** @param match Finds the rules that an event satisfies. */
  constructor(match: RuleMatcher["match"]) {
    this.#match = match;
  }

  /** How many events have a text that came after the first 10,000 different ones. */
  get otherTexts(): number {
    return this.#otherTexts;
  }

  /**
   * Adds an event.
   *
   * @returns How many rules match it.
   */
  add(event: object): number {
    const seen = toSigmaEvent(readOddEvent(event));
    const [text] = textsIn(seen.event);
    const counted = this.#of(text === undefined ? null : text.slice(0, MAX_LENGTH));
    if (counted === undefined) return 0;
    counted.count++;
    const at = parseDate(textsIn(seen.date)[0] ?? "");
    if (at !== undefined) {
      counted.first = Math.min(counted.first, at);
      counted.last = Math.max(counted.last, at);
    }
    const [actor] = ["user.name", "user.email", "uid"].flatMap((name) => textsIn(seen[name]));
    if (actor !== undefined) counted.actors.add(actor);
    for (const type of new Set(typesOf(seen.resources))) counted.resourceTypes.add(type);
    const matches = this.#match(seen);
    for (const { rule } of matches) counted.rules.set(rule, (counted.rules.get(rule) ?? 0) + 1);
    return matches.length;
  }

  #of(text: string | null): Counted | undefined {
    let counted = this.#texts.get(text);
    if (counted !== undefined) return counted;
    if (this.#texts.size >= MAX_TEXTS) {
      this.#otherTexts++;
      return undefined;
    }
    counted = {
      count: 0,
      first: Infinity,
      last: -Infinity,
      actors: new Tally(MAX_NAMES),
      resourceTypes: new Tally(MAX_NAMES),
      rules: new Map(),
    };
    this.#texts.set(text, counted);
    return counted;
  }

  /** The texts, most frequent first. */
  texts(): TextSummary[] {
    const texts = [...this.#texts].map(([event, counted]) => ({
      event,
      count: counted.count,
      firstAt: timeOf(counted.first),
      lastAt: timeOf(counted.last),
      actors: counted.actors.top(MAX_NAMED),
      resourceTypes: counted.resourceTypes.top(MAX_NAMED),
      rules: [...counted.rules].map(([rule, count]) => ({
        id: ruleIdOf(rule),
        title: rule.title,
        level: rule.level ?? null,
        count,
      })).sort((a, b) => b.count - a.count),
    }));
    return texts.sort((a, b) => b.count - a.count || ((a.event ?? "") < (b.event ?? "") ? -1 : 1));
  }
}

function typesOf(resources: unknown): string[] {
  return Array.isArray(resources) ? resources.flatMap(({ type }) => textsIn(type)) : [];
}

function timeOf(at: number): string | null {
  return Math.abs(at) > 8.64e15 ? null : new Date(at).toISOString();
}
