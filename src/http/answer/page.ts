import { responseHeaders, wholeAnswer } from "./response.ts";

/** A static file of the dashboard. */
export interface PageFile {
  /** Its media type. */
  readonly type: string;
  /** Its content. */
  readonly text: string;
}

/** The dashboard as it was built: its files by path, `/` and the `/assets/` that it loads. */
export type Page = Readonly<Record<string, PageFile>>;

/**
 * The page runs its own script and style only, talks to its own origin only, and can be framed by
 * nobody. Trusted Types with no policy: the browser itself refuses to parse a string as HTML.
 */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/**
 * Answers with a file of the dashboard. It holds no data, so nobody needs a token for it.
 *
 * @param path Its path; everything under `/assets/` is named after its content and never changes.
 * @param file The file.
 * @returns The response.
 */
export function pageAnswer(path: string, { type, text }: PageFile): Response {
  return wholeAnswer(text, {
    headers: responseHeaders(type, {
      "Cache-Control": path.startsWith("/assets/")
        ? "public, max-age=31536000, immutable"
        : "no-cache",
      "Content-Security-Policy": PAGE_POLICY,
      "Cross-Origin-Opener-Policy": "same-origin",
    }),
  });
}
