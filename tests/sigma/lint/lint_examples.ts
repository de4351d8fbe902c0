/**
 * The examples of docs/lint, and the rule that stands around them.
 *
 * @module
 */

/** The text of docs/lint/README.md. */
export const readme: string = await Deno.readTextFile(
  new URL("../../../docs/lint/README.md", import.meta.url),
);

/** A fenced block of YAML: its kind (base, bad, good), flags and text. */
export interface Example {
  readonly word: string;
  readonly flags: readonly string[];
  readonly yaml: string;
}

/** The fenced blocks in a part of the document. */
export function examplesIn(text: string): Example[] {
  return [...text.matchAll(/^```yaml (\S+)(.*)\n([\s\S]*?)^```$/gm)].map((found) => ({
    word: found[1]!,
    flags: found[2]!.trim().split(/\s+/),
    yaml: found[3]!,
  }));
}

/** The rule around the examples. */
export const base: string = examplesIn(readme).find(({ word }) => word === "base")!.yaml;

/** The text cut into its top-level keys, each with the lines below it. */
function blocksOf(yaml: string): Map<string, string> {
  return new Map(
    yaml.split(/^(?=[^\s-])/m).map((block) => [block.split(":")[0]!, block]),
  );
}

/** The example with the base rule around it, as docs/lint/README.md says. */
export function whole(yaml: string, flags: readonly string[] = []): string {
  let text = yaml;
  if (yaml.startsWith("  ")) {
    const condition = /^ {2}condition:/m.test(yaml) ? "" : "  condition: selection\n";
    text = `detection:\n${yaml}${condition}`;
  }
  const own = blocksOf(text);
  const complete = flags.includes("whole") || own.has("filter") ||
    (own.has("title") && own.has("logsource") && own.has("detection"));
  if (!complete) {
    const rest = [...blocksOf(base)].filter(([key]) => !own.has(key)).map(([, block]) => block);
    text += rest.join("");
  }
  if (flags.includes("bom")) text = `\ufeff${text}`;
  return flags.includes("crlf") ? text.replaceAll("\n", "\r\n") : text;
}
