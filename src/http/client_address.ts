/** Where Cloudflare tells the address of the client; it overwrites what a client sends there. */
const HEADER = "cf-connecting-ip";

/** What an IP address may consist of; on other runtimes the header is hostile text. */
const FORM = /^(?=.*[.:])[0-9A-Fa-f.:]{2,45}$/;

/**
 * The address of the client, where it is known.
 *
 * @param headers The headers of its request.
 * @returns The IP address; null outside Cloudflare, or if it is not one.
 */
export function clientAddress(headers: Headers): string | null {
  const address = headers.get(HEADER) ?? "";
  return FORM.test(address) ? address : null;
}
