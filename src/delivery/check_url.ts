import { isLoopback } from "../stream/fetch.ts";

/** Which hosts the operator permits, whatever an endpoint says. */
export interface HostRules {
  /** Host names that are never called, nor names below them, such as our own; default none. */
  readonly refusedHosts?: readonly string[];
  /** If there are any, only these host names and names below them are called; default none. */
  readonly allowedHosts?: readonly string[];
}

/** What is allowed besides https to a public name on port 443. */
export interface CheckUrlOptions extends HostRules {
  /** For development only: allows `http:` to a loopback address, on any port; default false. */
  readonly allowHttpLoopback?: boolean;
  /** Ports allowed besides 443; default none. */
  readonly allowedPorts?: readonly number[];
}

/** A URL that may be called, or the reason why not, which never quotes the URL. */
export type CheckedUrl =
  | { readonly url: URL; readonly loopback: boolean }
  | { readonly refused: string };

/**
 * Names that are no public ones: all of IANA's special-use names (RFC 6761, 6762, 7686, 8375, 9476;
 * `arpa` with all below it) but the documentation's, what ICANN has set aside for private networks
 * (`internal`) or never delegates since they use it (`home`, `corp`, `mail`), and other usual ones.
 */
const PRIVATE_NAMES = [
  "localhost",
  "local",
  "internal",
  "arpa",
  "test",
  "invalid",
  "onion",
  "alt",
  "localdomain",
  "lan",
  "home",
  "corp",
  "mail",
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
 *   a colon, which names the member or setting that would allow it, if any does.
 */
export function checkUrl(
  text: string,
  { allowHttpLoopback = false, allowedPorts = [], refusedHosts = [], allowedHosts = [] }:
    CheckUrlOptions = {},
): CheckedUrl {
  // The parser also converts numeric, hexadecimal, octal and full-width forms of IPv4 to the dotted
  // form.
  const url = URL.parse(text);
  if (!url) return { refused: "it is not an absolute URL" };
  if (url.username !== "" || url.password !== "") return { refused: "it contains credentials" };
  const host = url.hostname.replace(/\.$/, "");
  if (isUnder(host, refusedHosts)) {
    return { refused: "its host is that of Panoptes itself (OWN_HOSTS, PUBLIC_URL)" };
  }
  if (allowedHosts.length > 0 && !isUnder(host, allowedHosts)) {
    return { refused: "WEBHOOK_HOSTS does not allow its host" };
  }
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  if (isWeb && isLoopback(host)) {
    return allowHttpLoopback
      ? { url, loopback: true }
      : { refused: "its host is this machine, which only allowHttpLoopback allows" };
  }
  if (url.protocol !== "https:") return { refused: "its scheme is not https" };
  if (url.port !== "" && !allowedPorts.includes(Number(url.port))) {
    return { refused: "its port is neither 443 nor in allowedPorts" };
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
