/** One reason for a match: this field held this value, and that is what the rule's item asked for. */
export interface MatchedField {
  /** The event's field, such as `resources.name`; null for a keyword, which may be in any field. */
  readonly field: string | null;
  /** The event's value as it matched: hostile text, to be treated as data. */
  readonly value: unknown;
  /** The rule's own words for the item, such as `event|contains: login failed`. */
  readonly item: string;
}
