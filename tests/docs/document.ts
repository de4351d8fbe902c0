/** A document of this repository: its path from the root, and its lines. */
export interface Document {
  readonly path: string;
  readonly lines: readonly string[];
}

/** A fenced block of a document. */
export interface Fence {
  /** The first word after the opening fence, such as `sh`; empty if there is none. */
  readonly language: string;
  /** The number of the first line inside, from 1. */
  readonly line: number;
  /** What is inside, without the indentation of the fence. */
  readonly lines: readonly string[];
  /** The comment `<!-- not run: … -->` before it; undefined without one. */
  readonly mark: string | undefined;
}

/** The root of the repository. */
export const ROOT = new URL("../../", import.meta.url);

/** The guides: whoever works with Panoptes reads these, in the order of their paths. */
export async function guides(): Promise<Document[]> {
  const paths = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...await markdownIn("docs")];
  return await Promise.all(paths.map(read));
}

/** Every document, with decisions, explanations of lint and the changelog. */
export async function documents(): Promise<Document[]> {
  const more = [...await markdownIn("docs/adr"), ...await markdownIn("docs/lint")];
  return [...await guides(), await read("CHANGELOG.md"), ...await Promise.all(more.map(read))];
}

/** The fenced blocks of a document. */
export function fences({ lines }: Document): Fence[] {
  const found: Fence[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = "", fence, language = ""] = /^(\s*)(`{3,})(\S*)/.exec(lines[at]!) ?? [];
    if (fence === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end < 0) throw new Error(`The block at line ${at + 1} has no end`);
    const before = lines.slice(0, at).findLast((line) => line.trim() !== "") ?? "";
    found.push({
      language,
      line: at + 2,
      lines: lines.slice(at + 1, end).map((line) => line.slice(indent.length)),
      mark: /^\s*<!-- not run: (.*) -->$/.exec(before)?.[1],
    });
    at = end;
  }
  return found;
}

/** The lines of a document, with those of its fenced blocks emptied. */
export function prose(document: Document): string[] {
  const lines = [...document.lines];
  for (const { line, lines: inside } of fences(document)) {
    lines.fill("", line - 2, line + inside.length);
  }
  return lines;
}

/** What a link to a heading of a document may name, by the rule of GitHub. */
export function anchors(document: Document): Set<string> {
  const found = new Set<string>();
  for (const line of prose(document)) {
    const heading = /^#{1,6} (.*)$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = text.replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "").replaceAll(" ", "-");
    let name = slug;
    for (let count = 1; found.has(name); count++) name = `${slug}-${count}`;
    found.add(name);
  }
  return found;
}

async function markdownIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(new URL(folder, ROOT)));
  const names = entries.map(({ name }) => name).filter((name) => name.endsWith(".md"));
  return names.sort().map((name) => `${folder}/${name}`);
}

async function read(path: string): Promise<Document> {
  return { path, lines: (await Deno.readTextFile(new URL(path, ROOT))).split("\n") };
}
