import { REDACTED } from "../../stream/redact.ts";

const TOKENS = new WeakMap<Response, string>();

/**
 * Notes which token a response answers. The far end may send it back, so `processPage()` takes it
 * out of all that the response says, and does not have to be told.
 *
 * @param response The response.
 * @param token The token that was sent.
 * @returns The same response.
 */
export function answering(response: Response, token: string): Response {
  TOKENS.set(response, token);
  return response;
}

/**
 * The token that a response answers.
 *
 * @param response The response.
 * @returns The token; undefined if the response was not made by `requestPage()`.
 */
export function answeredToken(response: Response): string | undefined {
  return TOKENS.get(response);
}

/** What JSON cannot contain but in a string, so that its replacement leaves JSON as it was. */
const ONLY_IN_STRINGS = /[^\d.eE+-]/;
const ESCAPED = /\\(?:u00([2-7][\da-f])|(\/))/gi;

/**
 * Takes the token out of the data of a page. Events are shown to readers and receivers who must
 * never learn it, wherever it comes from: pasted into a field, or echoed by a proxy.
 *
 * @param text The page as it was sent.
 * @param body The same, parsed.
 * @param token The token.
 * @returns The body itself if it does not contain the token.
 */
export function withoutToken(text: string, body: unknown, token: string): unknown {
  if (!ONLY_IN_STRINGS.test(token) || token.length < 6) return body;
  const form = new RegExp(JSON.stringify(token).slice(1, -1).replace(/\W/g, "\\$&"), "i");
  const isEchoed = form.test(text) || text.includes("\\") && form.test(
        text.replace(
          ESCAPED,
          (_, hex?: string, slash?: string) =>
            slash ?? String.fromCharCode(parseInt(hex ?? "", 16)),
        ),
      );
  if (!isEchoed) return body;
  return JSON.parse(JSON.stringify(body).replace(new RegExp(form, "gi"), REDACTED));
}
