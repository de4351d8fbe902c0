const utf8 = new TextEncoder();

/**
 * The bytes that Standard Webhooks signs: `id.timestamp.body`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { signedContent } from "./signed_content.ts";
 *
 * const content = signedContent("a1b2", "5", new TextEncoder().encode("{}"));
 * assertEquals(new TextDecoder().decode(content), "a1b2.5.{}");
 * ```
 *
 * @param webhookId An id that `isWebhookId()` accepts.
 * @param timestamp Seconds since the Unix epoch, as in the header.
 * @param body The exact bytes that are sent.
 * @returns A copy of all three.
 */
export function signedContent(
  webhookId: string,
  timestamp: string,
  body: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const head = utf8.encode(`${webhookId}.${timestamp}.`);
  const content = new Uint8Array(head.length + body.length);
  content.set(head);
  content.set(body, head.length);
  return content;
}

/**
 * Whether an id can be signed unambiguously and sent in a header.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { isWebhookId } from "./signed_content.ts";
 *
 * assert(isWebhookId("msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"));
 * assert(!isWebhookId("a.b"));
 * ```
 *
 * @param text The id.
 * @returns True for 1 to 256 visible ASCII characters without a dot.
 */
export function isWebhookId(text: string): boolean {
  return /^[!-\-/-~]{1,256}$/.test(text);
}
