/**
 * Writes the index at the end of `docs/lint/README.md`: every code of lint, by group.
 *
 * @module
 */
import { CODE_GROUPS } from "../src/sigma/lint/codes.ts";

const folder = new URL("../docs/lint/", import.meta.url);

/**
 * The text of `docs/lint/README.md` with an index that is up to date.
 *
 * @param readme The text as it is; everything before the heading "Index" is kept.
 * @returns The text with the index of the codes that lint knows now.
 */
export async function withIndex(readme: string): Promise<string> {
  const [before = ""] = readme.split(/^## Index$/m);
  const groups = await Promise.all([...CODE_GROUPS].map(async ([group, codes]) => {
    const markdown = await Deno.readTextFile(new URL(`${group}.md`, folder));
    const title = /^# (.*)$/m.exec(markdown)?.[1] ?? group;
    const rows = [...codes].map(([code, { severity, summary }]) =>
      `| \`${code}\` | ${severity === "info" ? "note" : severity} | ${summary} |\n`
    );
    return `### [${title}](${group}.md)\n\n| code | severity | meaning |\n|---|---|---|\n${
      rows.join("")
    }`;
  }));
  return `${before}## Index\n\n${groups.join("\n")}`;
}

if (import.meta.main) {
  const readme = new URL("README.md", folder);
  await Deno.writeTextFile(readme, await withIndex(await Deno.readTextFile(readme)));
}
