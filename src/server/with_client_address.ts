import { isIP } from "node:net";
import { CLIENT_ADDRESS_HEADER } from "../http/access/client_address.ts";

/**
 * Notes on a request which address it came from, where the routes look for it. What the client
 * itself sends there is not believed: only a connection from a trusted proxy may name another
 * address, as the last of `X-Forwarded-For` that is not a trusted proxy itself.
 *
 * @param request The request.
 * @param peer The address at the other end of its connection.
 * @param proxies The addresses of the trusted proxies.
 * @returns The request, with the address.
 */
export function withClientAddress(
  request: Request,
  peer: string,
  proxies: ReadonlySet<string>,
): Request {
  const headers = new Headers(request.headers);
  headers.set(CLIENT_ADDRESS_HEADER, clientOf(request.headers, plain(peer), proxies));
  return new Request(request, { headers });
}

function clientOf(headers: Headers, peer: string, proxies: ReadonlySet<string>): string {
  if (!proxies.has(peer)) return peer;
  const named = (headers.get("x-forwarded-for") ?? "").split(",").map((one) => plain(one.trim()));
  const client = named.findLast((address) => !proxies.has(address));
  return client !== undefined && isIP(client) !== 0 ? client : peer;
}

/** An IPv4 address that a socket for both families has written as IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, "");
}
