/** Answers are read by programs, and belong to whoever holds the token: no page, frame, script or cache may have them. */
const SECURITY = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "Strict-Transport-Security": "max-age=31536000",
  "X-Content-Type-Options": "nosniff",
};

/**
 * The header fields of every answer. There is no CORS among them: pages of other origins read nothing.
 *
 * @param contentType The media type.
 * @param extra Further fields, which win.
 * @returns A new object.
 */
export function responseHeaders(
  contentType: string,
  extra: Record<string, string> = {},
): Record<string, string> {
  return { ...SECURITY, "Content-Type": contentType, ...extra };
}
