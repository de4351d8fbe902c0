import { assertEquals } from "@std/assert";
import { anchors, type Document, documents, prose, ROOT } from "./document.ts";

const DOCUMENTS = await documents();

/** The targets of links and images, with their lines. */
function links(document: Document): { line: number; target: string }[] {
  // A link may stand in the middle of code, but code holds none; and a paragraph may break in one.
  const text = prose(document).join("\n").replace(/`[^`\n]*`/g, (code) => "x".repeat(code.length));
  return [...text.matchAll(/\]\(\s*([^)\s]+)[^)]*\)|(?:src|href)="([^"]+)"/g)].map((found) => ({
    line: text.slice(0, found.index).split("\n").length,
    target: found[1] ?? found[2] ?? "",
  }));
}

async function problemOf(from: Document, target: string): Promise<string | undefined> {
  if (/^[a-z]+:/.test(target)) {
    return /^(https|mailto):/.test(target) ? undefined : "is not https";
  }
  const url = new URL(target, new URL(from.path, ROOT));
  if (!url.href.startsWith(ROOT.href)) return "leaves the repository";
  const file = new URL(url.pathname, ROOT);
  const exists = await Deno.stat(file).then(() => true, () => false);
  if (!exists) return "does not exist";
  if (url.hash === "" || !file.pathname.endsWith(".md")) return undefined;
  const to = DOCUMENTS.find(({ path }) => file.href === new URL(path, ROOT).href);
  if (to === undefined) return "leads to a heading of a file that is no document";
  return anchors(to).has(decodeURIComponent(url.hash.slice(1))) ? undefined : "has no such heading";
}

Deno.test("every link in the documents leads to a file and a heading that exist", async () => {
  const broken: string[] = [];
  let count = 0;
  for (const document of DOCUMENTS) {
    for (const { line, target } of links(document)) {
      count++;
      const problem = await problemOf(document, target);
      if (problem !== undefined) broken.push(`${document.path}:${line}: ${target} ${problem}`);
    }
  }
  assertEquals(broken, []);
  assertEquals(count > 200, true, `only ${count} links were found`);
});

Deno.test("every guide can be reached from README.md, link by link", () => {
  const reached = new Set(["README.md"]);
  for (const path of reached) {
    const from = DOCUMENTS.find((document) => document.path === path);
    if (from === undefined) continue;
    for (const { target } of links(from)) {
      const { href, pathname } = new URL(target, new URL(path, ROOT));
      if (href.startsWith(ROOT.href)) reached.add(pathname.slice(ROOT.pathname.length));
    }
  }
  const guides = DOCUMENTS.map(({ path }) => path).filter((path) => !path.startsWith("docs/adr/"));
  assertEquals(guides.filter((path) => !reached.has(path)), []);
});

Deno.test("every image in the documents has a text for those who do not see it", () => {
  const bare = DOCUMENTS.flatMap((document) =>
    prose(document).flatMap((line, index) =>
      /!\[\s*\]\(|<img(?![^>]*\balt="[^"]+")/.test(line) ? [`${document.path}:${index + 1}`] : []
    )
  );
  assertEquals(bare, []);
});
