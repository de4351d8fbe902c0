/** A closed range of dates, both ends inclusive, in milliseconds since the Unix epoch. */
export interface DateRange {
  /** The first instant that belongs to it. */
  start: number;
  /** The last instant that belongs to it. */
  end: number;
}
