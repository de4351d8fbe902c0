/** One match of a referenced rule, on its way into a group. */
export interface GroupMatch {
  /** When it happened, or when the result of a correlation began, in milliseconds. */
  time: number;
  /** How long the result of a correlation took to be complete, in milliseconds; 0 for events. */
  duration: number;
  /** Which event it is; `time`, this, the value, and perhaps the reference are its identity. */
  event: string;
  /** The number of the reference. */
  reference: number;
  /** The value that is counted or computed with. */
  value: string | number | undefined;
  /** For results of correlations: the events behind it, capped, after their true number. */
  causes: readonly (number | string)[] | undefined;
}

/** The columns that only some correlations need; in each, one entry for each match. */
export interface Columns {
  /** The number of the reference; absent if there is only one. */
  references?: number[];
  /** The values; absent if the type looks at none. */
  values?: (string | number)[];
  /** The durations; absent if all matches are events. */
  durations?: number[];
  /** The events behind results of correlations. */
  causes?: (readonly (number | string)[])[];
}

/**
 * Decides about windows of a group. The window of a match starts with it, lasts for the timespan,
 * and includes both ends.
 */
export interface Evaluator {
  /**
   * When a window is complete: the earliest end such that what happened until then satisfies the
   * condition. Only for conditions that stay true when matches are added.
   *
   * Callers ask about the matches of a group in ascending order, or start again after a change.
   *
   * @param group The group.
   * @param anchor The match that the window starts with.
   * @returns Infinity if the condition does not hold in the window.
   */
  completion(group: GroupState, anchor: number): number;
  /**
   * Whether the condition holds in a whole window, and the number it looked at.
   *
   * @param group The group.
   * @param anchor The match that the window starts with.
   */
  judge(group: GroupState, anchor: number): Judgement;
  /** The first match whose window is not known to be complete, given where matches were added. */
  next(group: GroupState): number;
  /** Remembers that the windows of all matches before this one are complete. */
  passed(anchor: number): void;
  /** Forgets the windows it has seen: matches have been added among others. */
  restart(): void;
  /** Takes note of a match that has been added at a position, or whose end has changed. */
  inserted(group: GroupState, at: number, grown: boolean): void;
}

/** Whether a condition holds in a window. */
export interface Judgement {
  /** Whether it holds. */
  holds: boolean;
  /** The count, sum, average, percentile, or number of rules. */
  value: number;
}

class Active {
  fired: number[] | undefined;
  closed: number | undefined;
  seen: number | undefined;
  evaluator: Evaluator | undefined;
}

/**
 * What is known of one group of one correlation: its matches, sorted by time and then identity.
 *
 * Columns instead of objects keep a group that waits with one match within 300 bytes.
 */
export class GroupState {
  /** When each match happened, in milliseconds. */
  times: number[] = [];
  /** Which event each match is. */
  events: string[] = [];
  /** The other columns. */
  columns: Columns | undefined;
  /** What only a group in which something has happened has. */
  #active: Active | undefined;
  /** When it needs attention, in the units of its store, as last saved; undefined if it is new. */
  due: number | undefined;
  /** How many matches it had when it was last saved. */
  saved = 0;

  /** The slots that already have a result, as the time they start at. */
  get fired(): number[] | undefined {
    return this.#active?.fired;
  }

  set fired(slots: number[] | undefined) {
    if (slots || this.#active) (this.#active ??= new Active()).fired = slots;
  }

  /**
   * The start of the last window that was decided, for conditions that must wait; trackers of rules
   * that look back say what it is for them.
   */
  get closed(): number | undefined {
    return this.#active?.closed;
  }

  set closed(time: number | undefined) {
    (this.#active ??= new Active()).closed = time;
  }

  /** When it last had a match, if that keeps it from being forgotten. */
  get seen(): number | undefined {
    return this.#active?.seen;
  }

  set seen(time: number | undefined) {
    (this.#active ??= new Active()).seen = time;
  }

  /** What is derived from the rest; never stored. */
  get evaluator(): Evaluator | undefined {
    return this.#active?.evaluator;
  }

  set evaluator(evaluator: Evaluator | undefined) {
    if (evaluator || this.#active) (this.#active ??= new Active()).evaluator = evaluator;
  }

  /** How many matches there are. */
  get size(): number {
    return this.times.length;
  }

  /** When a match ends. */
  end(index: number): number {
    return this.times[index]! + (this.columns?.durations?.[index] ?? 0);
  }

  /** Which reference a match is of. */
  reference(index: number): number {
    return this.columns?.references?.[index] ?? 0;
  }

  /** The first match at a time or later. */
  firstAt(time: number): number {
    const { times } = this;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The first match later than a time. */
  firstAfter(time: number): number {
    const { times } = this;
    let low = 0;
    let high = times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (times[middle]! <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Adds a match.
   *
   * @param match The match.
   * @param columns Which columns this correlation needs.
   * @param byReference Whether one event counts once for each rule that it matches.
   * @returns Where it is now; -1 if it was already there. A result of a correlation that was there
   * with a later end now ends earlier, and counts as added.
   */
  insert(match: GroupMatch, columns: Columns | undefined, byReference: boolean): number {
    const { times, events } = this;
    const at = this.#placeOf(match, byReference);
    if (at < times.length && this.#compare(match, at, byReference) === 0) {
      const durations = this.columns?.durations;
      if (durations === undefined || match.duration >= durations[at]!) return -1;
      durations[at] = match.duration;
      if (this.columns!.causes && match.causes) this.columns!.causes[at] = match.causes;
      return at;
    }
    const last = at === times.length;
    if (last && at < 3) {
      // Most groups are this small, and a list that grows by itself reserves room for 16 more.
      this.times = oneMore(times, match.time);
      this.events = oneMore(events, match.event);
    } else {
      put(times, at, last, match.time);
      put(events, at, last, match.event);
    }
    if (columns === undefined) return at;
    const own = this.columns;
    if (own === undefined) {
      this.columns = columnsOf(match, columns);
      return at;
    }
    if (own.references) put(own.references, at, last, match.reference);
    if (own.values) put(own.values, at, last, match.value ?? "");
    if (own.durations) put(own.durations, at, last, match.duration);
    if (own.causes) put(own.causes, at, last, match.causes ?? []);
    return at;
  }

  /** Removes the first matches. */
  dropFirst(count: number): void {
    if (count === 0) return;
    this.times = this.times.slice(count);
    this.events = this.events.slice(count);
    const own = this.columns;
    if (own?.references) own.references = own.references.slice(count);
    if (own?.values) own.values = own.values.slice(count);
    if (own?.durations) own.durations = own.durations.slice(count);
    if (own?.causes) own.causes = own.causes.slice(count);
    this.evaluator = undefined;
  }

  /** Removes one match. */
  remove(index: number): void {
    const { references, values, durations, causes } = this.columns ?? {};
    for (const column of [this.times, this.events, references, values, durations, causes]) {
      column?.splice(index, 1);
    }
    this.evaluator = undefined;
  }

  #placeOf(match: GroupMatch, byReference: boolean): number {
    const { times } = this;
    const { length } = times;
    if (length === 0 || match.time > times[length - 1]!) return length;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(match, middle, byReference) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compare(match: GroupMatch, index: number, byReference: boolean): number {
    const time = match.time - this.times[index]!;
    if (time !== 0) return time;
    const event = this.events[index]!;
    if (match.event !== event) return match.event < event ? -1 : 1;
    const reference = byReference ? match.reference - this.reference(index) : 0;
    if (reference !== 0) return reference;
    const value = this.columns?.values?.[index];
    if (value === undefined || value === match.value) return 0;
    return String(match.value) < String(value) ? -1 : 1;
  }
}

/** The form in which a group is stored: JSON, short keys, nothing that is derived. */
export function encodeGroup(
  { times, events, columns, fired, closed, seen }: GroupState,
): string {
  const from = times[0] ?? 0;
  return JSON.stringify({
    t: from,
    d: times.map((time) => time - from), // shorter than times
    e: events,
    r: columns?.references,
    v: columns?.values,
    n: columns?.durations,
    c: columns?.causes,
    f: fired,
    w: closed,
    s: seen,
  });
}

/** Reads what {@linkcode encodeGroup} wrote. */
export function decodeGroup(text: string): GroupState {
  const { t, d, e, r, v, n, c, f, w, s } = JSON.parse(text);
  const group = new GroupState();
  group.times = d.map((difference: number) => t + difference);
  group.events = e;
  if (r || v || n || c) {
    group.columns = {
      ...(r ? { references: r } : {}),
      ...(v ? { values: v } : {}),
      ...(n ? { durations: n } : {}),
      ...(c ? { causes: c } : {}),
    };
  }
  if (f) group.fired = f;
  if (w !== undefined) group.closed = w;
  if (s !== undefined) group.seen = s;
  return group;
}

/** A list of at most three, as a literal, which has exactly the room that it needs. */
function oneMore<T>(list: readonly T[], last: T): T[] {
  if (list.length === 0) return [last];
  return list.length === 1 ? [list[0]!, last] : [list[0]!, list[1]!, last];
}

function put<T>(column: T[], at: number, last: boolean, value: T): void {
  if (last) column.push(value);
  else column.splice(at, 0, value);
}

/** The columns of a group with one match. */
function columnsOf(
  { reference, value = "", duration, causes = [] }: GroupMatch,
  { references, values, durations, causes: results }: Columns,
): Columns {
  return {
    ...(references ? { references: [reference] } : {}),
    ...(values ? { values: [value] } : {}),
    ...(durations ? { durations: [duration] } : {}),
    ...(results ? { causes: [causes] } : {}),
  };
}
