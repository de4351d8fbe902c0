import { isIP } from "node:net";

/** Where the Worker of `deno task start` listens. */
export interface ListenSettings {
  /** An address of this machine; other machines reach it only if it is not one of loopback. */
  readonly host: string;
  /** The port; undefined is the usual one, or any other if that is taken. */
  readonly port: number | undefined;
}

/**
 * Reads `HOST` and `PORT`. A port that is set, or that was used before on the same storage, is kept:
 * clients have its address.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { listenSettings } from "./listen_settings.ts";
 *
 * assertEquals(listenSettings({}, undefined), { host: "127.0.0.1", port: undefined });
 * assertEquals(listenSettings({}, "49152\n"), { host: "127.0.0.1", port: 49152 });
 * assertEquals(listenSettings({ HOST: "::", PORT: "80" }, "49152"), { host: "::", port: 80 });
 * ```
 *
 * @param env The environment.
 * @param kept The port of the last run on the same storage, if there was one.
 * @throws {Error} If either is invalid.
 */
export function listenSettings(
  env: { readonly HOST?: string | undefined; readonly PORT?: string | undefined },
  kept: string | undefined,
): ListenSettings {
  const host = env.HOST?.trim() || "127.0.0.1";
  const address = host.toLowerCase() === "localhost" ? "127.0.0.1" : host;
  if (isIP(address) === 0) {
    throw new Error("Cannot start: HOST must be an IP address of this machine, or localhost");
  }
  if (env.PORT === undefined || env.PORT.trim() === "") {
    return { host: address, port: portOf(kept) };
  }
  const port = portOf(env.PORT);
  if (port === undefined) throw new Error("Cannot start: PORT must be a number from 1 to 65535");
  return { host: address, port };
}

/** Whether only this machine reaches an address. */
export function isLoopback(host: string): boolean {
  return host === "::1" || /^127\./.test(host);
}

function portOf(text = ""): number | undefined {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : undefined;
}
