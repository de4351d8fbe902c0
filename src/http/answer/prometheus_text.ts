/**
 * The text format 0.0.4 of Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats/).
 *
 * @module
 */

/** The media type of the text format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/** A metric with its samples. */
export interface Family {
  /** Its name, without the prefix `panoptes_`. */
  readonly name: string;
  readonly type: "gauge" | "counter" | "histogram";
  /** What it measures, on one line. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** One value of a metric, its labels, and what its name has besides. */
export type Sample = readonly [
  labels: Readonly<Record<string, string>>,
  value: number,
  suffix?: string,
];

/** Makes a metric. */
export function metric(
  name: string,
  type: Family["type"],
  help: string,
  samples: readonly Sample[],
): Family {
  return { name, type, help, samples };
}

/**
 * Writes metrics.
 *
 * @param source The name of the source, a label of every sample.
 * @param families The metrics.
 * @returns The text, with a final line break.
 */
export function textOf(source: string, families: readonly Family[]): string {
  return families.map((family) => familyText(source, family)).join("");
}

function familyText(source: string, { name, type, help, samples }: Family): string {
  const full = `panoptes_${name}`;
  const lines = samples.map(([labels, value, suffix = ""]) =>
    `${full}${suffix}${labelsText({ ...labels, source })} ${value}\n`
  );
  return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${lines.join("")}`;
}

/** What begins a metric in the text format. */
const METRIC_START = /^(?=# HELP )/m;

/**
 * Joins texts to one, in which each metric is declared once.
 *
 * @param texts What `textOf()` has written.
 * @returns The text, with a final line break.
 */
export function joinedText(texts: readonly string[]): string {
  /** The samples of each metric, by its declaration. */
  const joined = new Map<string, string>();
  for (const metric of texts.flatMap((text) => text.split(METRIC_START))) {
    const [help, type, ...samples] = metric.split("\n");
    const declared = `${help}\n${type}\n`;
    joined.set(declared, (joined.get(declared) ?? "") + samples.join("\n"));
  }
  return [...joined].flat().join("");
}

function labelsText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) =>
    `${name}="${value.replace(/[\\"\n]/g, (sign) => sign === "\n" ? "\\n" : `\\${sign}`)}"`
  );
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
