/**
 * `deno task api:build`: writes the description of the HTTP interface, for programs and for people, as
 * static files that every shell serves, like those of the dashboard (`src/http/answer/page.ts`).
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { openApiDocument } from "../src/http/openapi.ts";
import type { Page } from "../src/http/answer/page.ts";
import { apiPage } from "./api_page.tsx";

/** The dashboard and this page share the palette. */
const STYLES = [
  new URL("../src/dashboard/palette.css", import.meta.url),
  new URL("api_page.css", import.meta.url),
];

/**
 * Describes the HTTP interface.
 *
 * @returns The files by path; the style is named after its content.
 */
export async function buildApiDocs(): Promise<Page> {
  const document = openApiDocument(config.version);
  const texts = await Promise.all(STYLES.map((url) => Deno.readTextFile(url)));
  const style = texts.join("\n").replace(/\s+/g, " ");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
  const stylePath = `/assets/docs-${new Uint8Array(digest).toHex().slice(0, 8)}.css`;
  return {
    "/openapi.json": { type: "application/json", text: JSON.stringify(document) },
    "/docs": { type: "text/html; charset=utf-8", text: apiPage(document, stylePath) },
    [stylePath]: { type: "text/css; charset=utf-8", text: style },
  };
}

if (import.meta.main) {
  await Deno.writeTextFile(
    new URL("../src/service/api_docs.json", import.meta.url),
    JSON.stringify(await buildApiDocs()),
  );
}
