const ADVICE: Readonly<Record<string, string>> = {
  unauthorized:
    "Set a valid token; a locked account answers the same. Nothing has to be restarted: what was missed is read afterwards.",
  forbidden:
    "Give the token's user a role with API access and the permission to view the activity log of all users.",
  bad_request: "Check the account group and the other parameters of the request.",
  not_found: "Check the base URL of the API.",
  redirect_refused:
    "Check the base URL of the API: it redirects, and the token goes to no other place.",
  rate_limited:
    "The organisation's limit is used up; raise the share that is left to others, or the limit.",
  network: "Check the connection to the API.",
  timeout: "Check the connection to the API.",
  server_error: "The API fails; it is asked again until it recovers.",
  foreign_link:
    "The API sends links to another place, which are not followed. Check the base URL and any proxy.",
  match_failed:
    "A rule broke on an event, which is recorded but may lack an alert. Find the rule by a backtest, and mend it.",
  record_failed:
    "A page cannot be written into the log. The rest is recorded in shorter ranges; the message says what the database refused.",
  not_json: "Something other than the API answers. Check the base URL and any proxy.",
  wrong_shape: "Something other than the API answers. Check the base URL and any proxy.",
};

/** What an operator can do about a failure, in one or two sentences. */
export function adviceFor(code: string): string {
  return ADVICE[code] ??
    "It is tried again until it succeeds; if it lasts, look at the API's status page.";
}
