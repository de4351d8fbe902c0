import type { FieldMap } from "../sigma/engine.ts";
import type { SECRET_MEMBERS } from "../store/endpoint_table.ts";
import type { Endpoint } from "./endpoint.ts";
import type { QuietHours, QuietHoursConfig } from "./quiet_hours.ts";

/** An endpoint as people may see it: of what may be secret, only that it is there. */
export type ShownEndpoint =
  & Omit<
    Endpoint,
    Exclude<typeof SECRET_MEMBERS[number], "url"> | "where" | "quietHours"
  >
  & {
    /** Whether it has a secret. */
    readonly secret: boolean;
    /** How many previous secrets it has. */
    readonly previousSecrets: number;
    /** The names of its headers. */
    readonly headers: readonly string[];
    /** The names of its options. */
    readonly options: readonly string[];
    readonly where?: FieldMap;
    readonly quietHours?: QuietHoursConfig;
  };

/**
 * What may be shown of an endpoint. The path of its URL, its secrets, and the values of headers and
 * options may be credentials, and are left out.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parse } from "valibot";
 * import { EndpointSchema } from "./endpoint.ts";
 * import { shownEndpoint } from "./shown_endpoint.ts";
 *
 * const shown = shownEndpoint(parse(EndpointSchema, {
 *   name: "siem",
 *   url: "https://siem.example.com/hooks/long-lived-key",
 *   secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
 * }));
 * assertEquals([shown.url, shown.secret], ["https://siem.example.com", true]);
 * ```
 *
 * @param endpoint The endpoint.
 * @returns Plain JSON without secrets.
 */
export function shownEndpoint(
  { url, secret, previousSecrets, headers, options, where, quietHours, ...rest }: Endpoint,
): ShownEndpoint {
  return {
    ...rest,
    url: URL.parse(url)?.origin ?? "",
    secret: secret !== undefined,
    previousSecrets: previousSecrets.length,
    headers: Object.keys(headers),
    options: Object.keys(options ?? {}),
    ...(where !== undefined && { where: where.map }),
    ...(quietHours !== undefined && { quietHours: configOf(quietHours) }),
  };
}

function configOf({ from, to, minLevel, clock }: QuietHours): QuietHoursConfig {
  const { timeZone } = clock.resolvedOptions();
  return { from: timeOfDay(from), to: timeOfDay(to), timeZone, minLevel };
}

function timeOfDay(minutes: number): string {
  const twoDigits = (number: number) => String(number).padStart(2, "0");
  return `${twoDigits(Math.floor(minutes / 60))}:${twoDigits(minutes % 60)}`;
}
