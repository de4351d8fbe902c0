import { gzipSync } from "node:zlib";
import page from "../../src/worker/page.json" with { type: "json" };

const files: Readonly<Record<string, { text: string }>> = page;

/**
 * What the browser needs for the first view: what the page links to, and what that imports.
 *
 * @returns The path of each file, and how many bytes it has, gzipped.
 */
export function firstViewSizes(): (readonly [path: string, bytes: number])[] {
  const needed = new Set(["/"]);
  for (const path of needed) {
    const { text } = files[path]!;
    for (const [, linked] of text.matchAll(/(?:href|src)="(\/[^"]+)"/g)) needed.add(linked!);
    for (const [, name] of text.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
      needed.add(`/assets/${name}`);
    }
  }
  return [...needed].map((path) => [path, gzipSync(files[path]!.text).length] as const);
}
