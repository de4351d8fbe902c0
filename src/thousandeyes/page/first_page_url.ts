/** The parameters of the first page. */
export interface FirstPageParameters {
  /** The account group to read; the login account group of the token's user by default. */
  aid?: string | undefined;
  /** Whether to read every account group that the token's user belongs to; false by default. */
  useAllPermittedAids?: boolean | undefined;
  /**
   * The start of the range, inclusive, in milliseconds since the Unix epoch; sent in whole seconds.
   */
  startDate?: number | undefined;
  /**
   * The end of the range, inclusive, in milliseconds since the Unix epoch; sent in whole seconds.
   */
  endDate?: number | undefined;
  /** Where to continue; opaque. */
  cursor?: string | undefined;
  /**
   * The maximum number of events per page: a parameter that the API accepts but does not document.
   */
  max?: number | undefined;
}

/**
 * Makes the URL of the first page of a pass.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/list-activity-log-events/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { DEFAULT_BASE_URL } from "./base_url.ts";
 * import { firstPageUrl } from "./first_page_url.ts";
 *
 * assertEquals(
 *   firstPageUrl(DEFAULT_BASE_URL, { aid: "1234", startDate: 0, endDate: 60_000 }).href,
 *   "https://api.thousandeyes.com/v7/audit-user-events?aid=1234" +
 *     "&startDate=1970-01-01T00%3A00%3A00Z&endDate=1970-01-01T00%3A01%3A00Z",
 * );
 * ```
 *
 * @param baseUrl The address of the API, including its version.
 * @param parameters What to ask for; the API chooses what is absent.
 * @throws {TypeError} If `baseUrl` is not a URL.
 * @throws {RangeError} If a date is invalid.
 */
export function firstPageUrl(baseUrl: string | URL, parameters: FirstPageParameters): URL {
  const url = new URL(baseUrl);
  url.hash = "";
  url.search = "";
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/audit-user-events`;
  const { aid, useAllPermittedAids, startDate, endDate, cursor, max } = parameters;
  if (aid !== undefined) url.searchParams.set("aid", aid);
  if (useAllPermittedAids !== undefined) {
    url.searchParams.set("useAllPermittedAids", String(useAllPermittedAids));
  }
  if (max !== undefined) url.searchParams.set("max", String(max));
  if (cursor !== undefined) url.searchParams.set("cursor", cursor);
  if (startDate !== undefined) url.searchParams.set("startDate", inSeconds(startDate));
  if (endDate !== undefined) url.searchParams.set("endDate", inSeconds(endDate));
  return url;
}

function inSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
