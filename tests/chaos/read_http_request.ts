/** One request, as far as a webhook receiver needs it. */
export interface PlainRequest {
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Reads one HTTP/1.1 request from a connection by hand: a server that is to cut its connections at any byte cannot be one of
 * the platform's.
 *
 * @returns The request; undefined if the connection ends before it does.
 */
export async function readHttpRequest(connection: Deno.TcpConn): Promise<PlainRequest | undefined> {
  let bytes = new Uint8Array(0);
  let request: { path: string; headers: Record<string, string>; start: number } | undefined;
  for (;;) {
    request ??= readHead(bytes);
    if (request !== undefined) {
      const length = Number(request.headers["content-length"] ?? 0);
      if (bytes.length >= request.start + length) {
        const body = bytes.subarray(request.start, request.start + length);
        return { ...request, body: new TextDecoder().decode(body) };
      }
    }
    const chunk = new Uint8Array(16_384);
    const read = await connection.read(chunk);
    if (read === null) return undefined;
    const longer = new Uint8Array(bytes.length + read);
    longer.set(bytes);
    longer.set(chunk.subarray(0, read), bytes.length);
    bytes = longer;
  }
}

function readHead(bytes: Uint8Array) {
  const text = new TextDecoder("latin1").decode(bytes); // one character for each byte
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  return {
    path: first.split(" ")[1] ?? "/",
    headers: Object.fromEntries(lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    })),
    start: end + 4,
  };
}
