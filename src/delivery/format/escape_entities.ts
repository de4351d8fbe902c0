const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * Escapes the three characters that start and end what HTML, and Slack's markup, interpret. It does
 * not suit the values of attributes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { escapeEntities } from "./escape_entities.ts";
 *
 * assertEquals(escapeEntities("<!channel> R&D"), "&lt;!channel&gt; R&amp;D");
 * ```
 *
 * @param text Hostile text.
 * @returns The text, which reads as it did.
 */
export function escapeEntities(text: string): string {
  return text.replace(/[&<>]/g, (letter) => ENTITIES[letter] ?? letter);
}
