/** One sentence of the specification, or one decision of ours, as correlations, events and results. */
export interface CorrelationCase {
  /** The source: C correlations, B the branch for 2.2, D our own decision. */
  readonly section: string;
  readonly name: string;
  /** The content of `correlation:`, or several named x0, x1 and so on; or whole documents. */
  readonly correlations: readonly string[];
  /**
   * Events, separated by commas: seconds, kind, user, value, host; `-` is a missing field. The kind
   * is what the rules a, b and c look for; `ab` matches two of them. `w30` takes in what precedes,
   * and says that everything up to 30 s is known.
   */
  readonly events: string;
  /**
   * Results, separated by spaces: `0=3` is the window from 0 s with the value 3; before it, the
   * correlation (`x1:`) if there are several, and behind it the number of the call (`@1`) if there
   * are several. Or an error at load time.
   */
  readonly expected: string | { readonly error: RegExp };
  /** What other engines do where they differ. */
  readonly others?: string;
}

type Row = readonly [
  name: string,
  correlations: string | readonly string[],
  events: string,
  expected: string | { readonly error: RegExp },
  others?: string,
];

/** Gives the rows of one section their names. */
export function section(title: string, rows: readonly Row[]): CorrelationCase[] {
  return rows.map(([name, correlations, events, expected, others]) => ({
    section: title,
    name,
    correlations: typeof correlations === "string" ? [correlations] : correlations,
    events,
    expected,
    ...(others === undefined ? {} : { others }),
  }));
}

/** The rules a, b and c, each for one kind of event. */
const BASE = ["a", "b", "c"].map((name) =>
  `title: Rule ${name}\nid: 0000000${name}-0000-4000-8000-000000000000\nname: ${name}\n` +
  `logsource: { product: test }\n` +
  `detection: { selection: { kind|contains: ${name} }, condition: selection }\n`
).join("---\n");

/** The whole file of a case. */
export function caseText({ correlations }: CorrelationCase): string {
  const documents = correlations.map((body, index) =>
    body.includes("title:")
      ? body
      : `title: Case ${index}\nname: x${index}\ncorrelation: { ${body.trim()} }\n`
  );
  return [BASE, ...documents].join("---\n");
}
