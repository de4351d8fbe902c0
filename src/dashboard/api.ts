/**
 * The HTTP interface as the page uses it, with the types of the server's own routes.
 *
 * @module
 */
import { type ClientResponse, hc, type InferRequestType } from "hono/client";
import type { AlertState } from "../alert/alert_state.ts";
import type { PanoptesApi } from "../http/panoptes_api.ts";
import type { Gap } from "../sse/resume_at.ts";
import { address } from "./address.ts";
import { RECOGNISED, signOut, token } from "./session.ts";

/** One entry of a feed, as JSON. */
export type FeedItem<Name extends string, Value> =
  & { readonly id: string; readonly recordedAt: string; readonly state?: AlertState }
  & { readonly [name in Name]: Value };

/** One page of a feed. */
export type FeedPage<Name extends string, Value> =
  & { readonly next: string; readonly more: boolean; readonly gap: Gap | null }
  & { readonly [name in `${Name}s`]: readonly FeedItem<Name, Value>[] };

/** An answer that is no success, in words for the user. */
export class ApiError extends Error {
  /** @inheritdoc */
  override name = "ApiError";

  /**
   * @param status The HTTP status; 0 if there was no answer.
   * @param message What went wrong, and what to do.
   */
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/**
 * Sends a request with the token of this tab, or as whom Cloudflare Access has recognised.
 *
 * @param path The path with its query.
 * @param init What else to send.
 * @returns The response, which is a success.
 * @throws {ApiError} If it is not. After a 401, the user is signed out.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  const used = token.value;
  const isRecognised = used === RECOGNISED;
  if (!isRecognised) headers.set("Authorization", `Bearer ${used}`);
  if (!headers.has("Accept")) headers.set("Accept", "application/json");
  let response: Response;
  try {
    response = await fetch(ofSource(path), {
      ...init,
      headers,
      credentials: isRecognised ? "same-origin" : "omit",
      cache: "no-store",
      redirect: "manual", // Cloudflare Access sends those whose session has ended to sign in
    });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "Panoptes does not answer. Is it running, and is the network up?");
  }
  if (response.ok) return response;
  if (response.type === "opaqueredirect") {
    if (token.value === used) signOut(SESSION_ENDED);
    throw new ApiError(401, SESSION_ENDED);
  }
  const { code = "", title = "", detail = "" } = await response.json().catch(() => ({}));
  // The first answer says why; those of other requests may be cut off by signing out.
  if (response.status === 401 && token.value === used) {
    signOut(isRecognised ? SESSION_ENDED : whyRefused(code));
  }
  throw new ApiError(response.status, explain(response.status, title, detail));
}

const SESSION_ENDED = "Your session has ended. Reload the page to sign in again.";

/** Asks for the log of the source that the address names; the list of sources is about all. */
function ofSource(path: string): string {
  const { source = "" } = address.value.filters;
  const url = new URL(path, location.origin);
  if (source !== "" && url.pathname !== "/v1/sources") url.searchParams.set("source", source);
  return url.href;
}

function whyRefused(code: string): string {
  return code === "no_tokens_configured"
    ? "No token is configured, so nothing is readable. Set API_TOKENS, as docs/configuration.md explains."
    : "Panoptes does not accept this token. It may be mistyped, or belong to an earlier start.";
}

function explain(status: number, title: string, detail: string): string {
  if (status === 403) {
    return token.value === RECOGNISED
      ? `${detail}.`
      : "Your token may only read. Sign in with a token that has the scope admin.";
  }
  return detail === "" ? title === "" ? `The answer is ${status}` : title : `${title}: ${detail}`;
}

const { v1 } = hc<PanoptesApi>("/", {
  fetch: (url: string | URL | Request, init?: RequestInit) => request(String(url), init),
});

/** What an operation answers when it succeeds; `request()` throws if it does not. */
type Success<Answer> = Answer extends ClientResponse<infer Value, infer Status, "json">
  ? Status extends 200 | 201 | 202 ? Value : never
  : never;

async function read<Answer extends ClientResponse<unknown>>(
  answer: Promise<Answer>,
): Promise<Success<Answer>> {
  return await (await answer).json() as Success<Answer>;
}

function until(signal?: AbortSignal) {
  return { init: { signal: signal ?? null } };
}

/** The client does not encode what it puts into a path. */
function byId(id: string) {
  return { param: { id: encodeURIComponent(id) } };
}

function byName(name: string) {
  return { param: { name: encodeURIComponent(name) } };
}

/** Every operation that the page uses. */
export const api = {
  /** The sources that the token may see. */
  sources: (signal?: AbortSignal) => read(v1.sources.$get({}, until(signal))),
  /** How current the log is, and what fails. */
  status: (signal?: AbortSignal) => read(v1.status.$get({}, until(signal))),
  /** One page of a feed. */
  page: async <Name extends string, Value>(
    path: string,
    query: URLSearchParams,
    signal?: AbortSignal,
  ): Promise<FeedPage<Name, Value>> =>
    await (await request(`${path}?${query}`, { signal: signal ?? null })).json(),
  /** One alert. */
  alert: (id: string) => read(v1.alerts[":id"].$get(byId(id))),
  /** Who is handling an alert. */
  alertHistory: (id: string) => read(v1.alerts[":id"].state.$get(byId(id))),
  /** Who has put which alert into which state, after a change or of late. */
  alertStates: (after: number | undefined, signal?: AbortSignal) =>
    read(
      v1["alert-states"].$get(
        { query: after === undefined ? {} : { after: String(after) } },
        until(signal),
      ),
    ),
  /** Puts an alert into a state. */
  changeAlert: (id: string, state: AlertState, note: string) =>
    read(v1.alerts[":id"].state.$put({ ...byId(id), json: { state, note } })),
  /** Holds back notifications for a time. */
  silence: (json: NewSilence) => read(v1.silences.$post({ json })),
  /** Ends a silence. */
  endSilence: (id: string) => read(v1.silences[":id"].$delete(byId(id))),
  /** The rules in force. */
  rules: (signal?: AbortSignal) => read(v1.rules.$get({}, until(signal))),
  /** The file of a rule; null if it is not there. */
  ruleSource: async (id: string) => (await read(v1.rules[":id"].source.$get(byId(id)))).source,
  /** Messages to webhooks, newest first. The query comes from the address; the server refuses what is wrong. */
  deliveries: (query: Record<string, string>, signal?: AbortSignal) =>
    read(v1.deliveries.$get({ query }, until(signal))),
  /** Sends a message again. */
  redeliver: (id: number) => read(v1.deliveries[":id"].redeliver.$post(byId(String(id)))),
  /** Sends a sample alert to an endpoint. */
  testEndpoint: (name: string) => read(v1.endpoints[":name"].test.$post(byName(name))),
  /** Gives an endpoint a fresh start. */
  resumeEndpoint: (name: string) => read(v1.endpoints[":name"].resume.$post(byName(name))),
};

/** A source, with the state of its log. */
export type Source = Awaited<ReturnType<typeof api.sources>>["sources"][number];
/** A rule, with the number of its alerts. */
export type CountedRule = Awaited<ReturnType<typeof api.rules>>["rules"][number];
/** A message to a webhook, as JSON. */
export type Delivery = Awaited<ReturnType<typeof api.deliveries>>["deliveries"][number];
/** What a webhook endpoint made of a sample alert. */
export type EndpointTest = Awaited<ReturnType<typeof api.testEndpoint>>;
/** Who has put an alert into which state. */
export type AlertHistory = Awaited<ReturnType<typeof api.alertHistory>>;
/** A silence as it is asked for. */
type NewSilence = InferRequestType<typeof v1.silences.$post>["json"];
