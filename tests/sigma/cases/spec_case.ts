/** What a case expects: a decision, or a problem found while the rule loads. */
export type Expected =
  | boolean
  | { readonly error: RegExp }
  | { readonly problem: RegExp };

export interface SpecCaseOptions {
  /** The lists behind `%name%`, for the modifier expand. */
  readonly placeholders?: Readonly<Record<string, readonly string[]>>;
  /** The logsource the event comes from. */
  readonly logsource?: Readonly<Record<string, string>>;
}

/** One sentence of the specification as a rule, an event and a decision. */
export interface SpecCase {
  /** The source: R rules, Mo modifiers, F filters, J schema, SEP 212 arrays, D our own decision. */
  readonly section: string;
  readonly name: string;
  /** A whole file (starts with `title:`), a `detection:` block, or a search identifier's body. */
  readonly rule: string;
  readonly event: unknown;
  readonly expected: Expected;
  readonly options?: SpecCaseOptions;
}

type Row = readonly [
  name: string,
  rule: string,
  event: unknown,
  expected: Expected,
  options?: SpecCaseOptions,
];

/** Gives the rows of one section their names. */
export function section(title: string, rows: readonly Row[]): SpecCase[] {
  return rows.map(([name, rule, event, expected, options]) => ({
    section: title,
    name,
    rule,
    event,
    expected,
    ...(options === undefined ? {} : { options }),
  }));
}

const HEAD = "title: Case\nlogsource:\n    product: test\n";

/** Makes the whole file of a case: cases spell out only what they are about. */
export function ruleText(fragment: string): string {
  const text = fragment.replace(/^\n+/, "").trimEnd();
  if (/^(\uFEFF|---\r?\n|%YAML 1\.2\r?\n---\r?\n)?(title|logsource):/.test(text)) {
    return text + "\n";
  }
  if (text.startsWith("detection:")) return HEAD + text + "\n";
  const body = text.split("\n").map((line) => "        " + line).join("\n");
  return `${HEAD}detection:\n    sel:\n${body}\n    condition: sel\n`;
}
