import type { Alert } from "../../alert/alert.ts";
import { isLarger, shorten, shortenToFit } from "../../alert/shorten.ts";
import type { MessageContent } from "./format.ts";

/**
 * Makes a body that carries as much of the content as fits: whole if possible, and otherwise with
 * long strings, long lists and deep nesting cut, each with a note of how much is missing, and the
 * member `cut: true` beside them. A list that was cut ends with its note, which is a string.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../../alert/to_alert.ts";
 * import { bodyWithin } from "./body_within.ts";
 *
 * const event = { user: "x".repeat(10_000) };
 * const alert = toAlert({ title: "Failed login" }, event, { identity: "[]", occurrence: 1 });
 * const body = bodyWithin(5_000, { type: "alert.created", alert, at: 0 }, JSON.stringify);
 * assertEquals(JSON.parse(body).alert.cut, true);
 * ```
 *
 * @param maxBytes The maximum size of the body in UTF-8.
 * @param content What to tell; it is not changed.
 * @param bodyOf Makes the body of the content, whole or cut.
 * @returns The body.
 */
export function bodyWithin(
  maxBytes: number,
  content: MessageContent,
  bodyOf: (content: MessageContent) => string,
): string {
  const whole = bodyOf(content);
  if (!isLarger(whole, maxBytes)) return whole;
  const bodyOfCut = (data: unknown) => {
    const cut = { ...data as Alert, cut: true };
    return bodyOf(
      { ...content, ...("alert" in content ? { alert: cut } : { folded: cut }) } as MessageContent,
    );
  };
  const short = shortenToFit( // which itself has fewer members than are ever cut
    "alert" in content ? content.alert : content.folded,
    (short) => !isLarger(bodyOfCut(short), maxBytes),
  );
  return bodyOfCut(short ?? leastOf(content));
}

/** What fits in any case. */
function leastOf(content: MessageContent): unknown {
  const cut = { text: 256, members: 5, depth: 2 };
  if (content.type === "alert.folded") return shorten(content.folded, cut);
  const { rule: { id, title }, matched: _, group: __, parts: ___, ...least } = content.alert;
  const rule = shorten({ id, title, tags: [], references: [], falsepositives: [] }, cut);
  return { ...least, rule, events: [], matched: [] };
}
