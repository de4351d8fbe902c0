import { isLoopback } from "../stream/fetch.ts";

/** What is allowed besides https to a public name on port 443. */
export interface CheckUrlOptions {
  /** For development only: allows `http:` to a loopback address, on any port; default false. */
  readonly allowHttpLoopback?: boolean;
  /** Ports allowed besides 443; default none. */
  readonly allowedPorts?: readonly number[];
  /** Host names that are never called, nor their subdomains, such as our own; default none. */
  readonly refusedHosts?: readonly string[];
}

/** A URL that may be called, or the reason why not, which never quotes the URL. */
export type CheckedUrl =
  | { readonly url: URL; readonly loopback: boolean }
  | { readonly refused: string };

/**
 * Names of private networks: special-use names (RFC 6761, 6762, 8375, ICANN's `internal`) and
 * common ones.
 */
const PRIVATE_NAMES = [
  "localhost",
  "local",
  "internal",
  "home.arpa",
  "localdomain",
  "lan",
  "home",
  "corp",
  "intranet",
  "private",
];

/**
 * Decides whether a webhook may be posted to this URL. It is the only protection against
 * server-side request forgery, applied when the configuration is read and again before every
 * attempt.
 *
 * It judges the URL alone. A public name that resolves to a private address passes; where the
 * runtime can resolve names, `attempt()` also checks every address.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { checkUrl } from "./check_url.ts";
 *
 * assert("url" in checkUrl("https://hooks.example.com/panoptes"));
 * assert("refused" in checkUrl("https://169.254.169.254/latest"));
 * assert("refused" in checkUrl("https://2130706433/")); // 127.0.0.1 as one number
 * ```
 *
 * @param text The URL as configured.
 * @param options What is allowed in addition.
 * @returns The URL, and whether it is an allowed loopback one; or `refused`, a reason to put after
 *   a colon.
 */
export function checkUrl(
  text: string,
  { allowHttpLoopback = false, allowedPorts = [], refusedHosts = [] }: CheckUrlOptions = {},
): CheckedUrl {
  // The parser also converts numeric, hexadecimal, octal and full-width forms of IPv4 to the dotted
  // form.
  const url = URL.parse(text);
  if (!url) return { refused: "it is not an absolute URL" };
  if (url.username !== "" || url.password !== "") return { refused: "it contains credentials" };
  const host = url.hostname.replace(/\.$/, "");
  if (isUnder(host, refusedHosts)) return { refused: "its host is refused" };
  if (allowHttpLoopback && isLoopback(host) && /^https?:$/.test(url.protocol)) {
    return { url, loopback: true };
  }
  if (url.protocol !== "https:") return { refused: "its scheme is not https" };
  if (url.port !== "" && !allowedPorts.includes(Number(url.port))) {
    return { refused: "its port is neither 443 nor an allowed one" };
  }
  if (host.startsWith("[") || /(?:^|\.)[0-9]+$/.test(host)) {
    return { refused: "its host is an IP address, not a name" };
  }
  const labels = host.split(".");
  if (labels.includes("")) return { refused: "its host is not a name" };
  if (labels.length === 1) return { refused: "its host has no dot, so it is a local name" };
  if (isUnder(host, PRIVATE_NAMES)) return { refused: "its host is a name for private networks" };
  return { url, loopback: false };
}

function isUnder(host: string, names: readonly string[]): boolean {
  return names.some((name) =>
    host === name.toLowerCase() || host.endsWith(`.${name.toLowerCase()}`)
  );
}
