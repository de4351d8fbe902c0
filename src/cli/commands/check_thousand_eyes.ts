import type { RateLimit } from "../../thousandeyes/errors/rate_limit.ts";
import {
  ThousandEyesError,
  type ThousandEyesErrorCode,
} from "../../thousandeyes/errors/thousand_eyes_error.ts";
import { DEFAULT_BASE_URL } from "../../thousandeyes/page/base_url.ts";
import { firstPageUrl } from "../../thousandeyes/page/first_page_url.ts";
import type { Page } from "../../thousandeyes/page/page.ts";
import { readPage } from "../../thousandeyes/page/read_page.ts";
import type { ApiSettings } from "../input/api_past.ts";
import { type Finding, found } from "../output/finding.ts";
import { counted } from "../output/terminal.ts";

const DAY_MS = 86_400_000;
const TIMEOUT_MS = 20_000;
/** The API tells whole seconds, and an answer takes some time. */
const MAX_SKEW_MS = 3_000;
/** Events that are newer than our clock would be missed for as long. */
const BAD_SKEW_MS = 60_000;

/** What to mend, by what the API answered; other codes mean that something in between fails. */
const MEND: Partial<Record<ThousandEyesErrorCode, readonly [check: string, mend: string]>> = {
  unauthorized: [
    "token",
    "Make a new OAuth bearer token under Account Settings > Users and Roles, and set TE_TOKEN.",
  ],
  forbidden: [
    "permission",
    "Give the token's user a role with 'View activity log for all users in account group', and " +
    "check TE_AID.",
  ],
  rate_limited: [
    "rate limit",
    "The organisation has used its requests of this minute: try again, and see which other " +
    "clients use its limit.",
  ],
  bad_request: ["request", "Check TE_AID and TE_BASE_URL."],
  not_found: ["address", "Check TE_BASE_URL: it ends with the version, as in /v7."],
  network: [
    "connection",
    "Check the network, proxies and TE_BASE_URL; behind a proxy that inspects TLS, set " +
    "DENO_TLS_CA_STORE=system.",
  ],
  unavailable: ["API", "ThousandEyes is in maintenance: try again later."],
};
const BETWEEN =
  "ThousandEyes, or a gateway or proxy between here and it, fails: try again, and see its status " +
  "page.";

/**
 * Checks what Panoptes needs of the ThousandEyes API, with one page of the activity log.
 *
 * @param settings The token, the address and the account groups.
 * @param now The present, in milliseconds since the Unix epoch.
 */
export async function checkThousandEyes(
  { token, baseUrl = DEFAULT_BASE_URL, ...scope }: ApiSettings,
  now: number,
): Promise<Finding[]> {
  const url = firstPageUrl(baseUrl, { ...scope, startDate: now - DAY_MS, endDate: now });
  try {
    const page = await readPage(url, {
      token,
      baseUrl,
      timeoutMs: TIMEOUT_MS,
      retry: { attempts: 1 },
    });
    return [
      found("ok", "token", "ThousandEyes accepts it"),
      ...permission(page),
      ...clock(page.apiTime),
      ...rate(page.rateLimit),
    ];
  } catch (error) {
    if (!(error instanceof ThousandEyesError)) throw error;
    const [check, mend] = MEND[error.code] ?? ["API", BETWEEN];
    return [
      ...(check === "permission" || check === "rate limit"
        ? [found("ok", "token", "ThousandEyes accepts it")]
        : []),
      found("fail", check, error.message, mend),
      ...clock(error.apiTime),
      ...(check === "rate limit" ? [] : rate(error.rateLimit)),
    ];
  }
}

/** What the events of a day tell of the permissions: the API itself says nothing of them. */
function permission({ events, invalid }: Page): Finding[] {
  const groups = new Set(
    events.flatMap(({ accountGroupName, aid }) => accountGroupName ?? aid ?? []),
  );
  const users = new Set(events.flatMap(({ uid, user }) => uid ?? user ?? []));
  const count = events.length + invalid.length;
  if (count === 0) {
    return [found(
      "warn",
      "activity log",
      "it is readable, and empty for the last 24 hours",
      "If there was activity, give the token's user 'View activity log for all users in account " +
        "group'.",
    )];
  }
  const shown = [...groups].toSorted().join(", ");
  return [
    users.size === 1 && count >= 20
      ? found(
        "warn",
        "activity log",
        "all events of the latest page are about one user",
        "If others were active, the role permits only 'View own activity log': give the token's " +
          "user 'View activity log for all users in account group'.",
      )
      : found("ok", "activity log", `${counted(count, "event")} on the latest page of a day`),
    found("ok", "account groups", `events are from ${shown === "" ? "unnamed ones" : shown}`),
    ...(invalid.length > 0
      ? [found(
        "warn",
        "events",
        `${counted(invalid.length, "item")} of the latest page ${
          invalid.length === 1 ? "is not a valid event" : "are not valid events"
        }`,
        "Panoptes sets them aside and runs rules on them: see docs/http.md, 'Invalid events'.",
      )]
      : []),
  ];
}

function clock(apiTime: number | undefined): Finding[] {
  if (apiTime === undefined) return [];
  const ahead = Date.now() - apiTime;
  const distance = Math.abs(ahead);
  if (distance <= MAX_SKEW_MS) return [found("ok", "clock", "it agrees with that of the API")];
  return [found(
    distance > BAD_SKEW_MS ? "fail" : "warn",
    "clock",
    `it is ${Math.round(distance / 1_000)} s ${ahead > 0 ? "ahead of" : "behind"} that of the API`,
    "Set the clock of this machine by NTP.",
  )];
}

function rate(limit: RateLimit | undefined): Finding[] {
  if (limit?.limit === undefined || limit.remaining === undefined) return [];
  const says = `${limit.remaining} of the organisation's ${limit.limit} requests a minute are left`;
  return [
    limit.remaining >= limit.limit / 4
      ? found("ok", "rate limit", says)
      : found("warn", "rate limit", says, "See which other clients use the organisation's limit."),
  ];
}
