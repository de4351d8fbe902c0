/**
 * `deno task api:build`: writes the description of the HTTP interface as static files that every
 * shell serves, like those of the dashboard (`src/http/page.ts`).
 *
 * @module
 */
import config from "../deno.json" with { type: "json" };
import { openApiDocument } from "../src/http/openapi.ts";
import type { Page } from "../src/http/page.ts";

/**
 * Describes the HTTP interface.
 *
 * @returns The files by path.
 */
export function buildApiDocs(): Page {
  const document = openApiDocument(config.version);
  return {
    "/openapi.json": { type: "application/json", text: JSON.stringify(document) },
  };
}

if (import.meta.main) {
  await Deno.writeTextFile(
    new URL("../src/worker/api_docs.json", import.meta.url),
    JSON.stringify(buildApiDocs()),
  );
}
