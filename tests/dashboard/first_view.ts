import { gzipSync } from "node:zlib";
import page from "../../src/service/page.json" with { type: "json" };

const files: Readonly<Record<string, { text: string }>> = page;

/**
 * What the browser needs for the first view: what the page links to, what that imports, and the
 * charts, which come once there is something to draw.
 *
 * @returns The path of each file, and how many bytes it has, gzipped.
 */
export function firstViewSizes(): (readonly [path: string, bytes: number])[] {
  const needed = new Set(["/"]);
  for (const path of needed) {
    const { text } = files[path]!;
    for (const [, linked] of text.matchAll(/(?:href|src)="(\/[^"]+)"/g)) needed.add(linked!);
    for (
      const [, imported, chart] of text.matchAll(
        /(?:from|import)"\.\/([^"]+)"|(minutes_chart-\w+\.js)/g,
      )
    ) {
      needed.add(`/assets/${imported ?? chart}`);
    }
  }
  return [...needed].map((path) => [path, gzipSync(files[path]!.text).length] as const);
}
