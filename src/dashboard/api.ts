/**
 * The HTTP interface as the page uses it, in the server's own types.
 *
 * @module
 */
import type { Alert } from "../alert/alert.ts";
import type { AlertChange, AlertState } from "../alert/alert_state.ts";
import type { Silence } from "../alert/silence.ts";
import type { TestResult } from "../delivery/test_message.ts";
import type { RulesState, RuleSummary, Status } from "../http/log_access.ts";
import type { Gap } from "../sse/resume_at.ts";
import type { MessageState, OutboxMessage, StoredAttempt } from "../store/outbox_message.ts";
import type { AlertStateChange, AlertStateChanges } from "../store/change_table.ts";
import { signOut, token } from "./session.ts";

/** One entry of a feed, as JSON. */
export type FeedItem<Name extends string, Value> =
  & { readonly id: string; readonly recordedAt: string; readonly state?: AlertState }
  & { readonly [name in Name]: Value };

/** One page of a feed. */
export type FeedPage<Name extends string, Value> =
  & { readonly next: string; readonly more: boolean; readonly gap: Gap | null }
  & { readonly [name in `${Name}s`]: readonly FeedItem<Name, Value>[] };

/** A message to a webhook, as JSON. */
export interface Delivery extends Pick<OutboxMessage, "id" | "endpoint" | "attempt"> {
  /** The id of its alert. */
  readonly alert: string;
  /** Its state. */
  readonly state: MessageState;
  /** When the next attempt is due; null if none is. */
  readonly dueAt: string | null;
  /** When it was queued. */
  readonly createdAt: string;
  /** Its latest attempt; null if there was none. */
  readonly lastAttempt:
    | (Omit<StoredAttempt, "at" | "excerpt"> & { readonly startedAt: string })
    | null;
}

/** What a webhook endpoint made of a sample alert. */
export interface EndpointTest extends Pick<StoredAttempt, "code" | "status" | "durationMs"> {
  /** Its name. */
  readonly endpoint: string;
  /** Whether it accepted the alert. */
  readonly accepted: boolean;
  /** What may be wrong. */
  readonly hint: TestResult["hint"];
}

/** Who has put an alert into which state. */
export interface AlertHistory {
  /** Its state. */
  readonly state: AlertState;
  /** The changes, oldest first. */
  readonly history: readonly AlertChange[];
}

/** States that alerts were put into. */
export interface AlertStates extends Omit<AlertStateChanges, "states"> {
  /** The changes, oldest first. */
  readonly states: readonly (Omit<AlertStateChange, "at"> & { readonly at: string })[];
}

/** A silence as it is asked for. */
export type NewSilence = Pick<Silence, "fields" | "until" | "reason"> & { readonly rule?: string };

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
 * Sends a request with the token of this tab.
 *
 * @param path The path with its query.
 * @param init What else to send.
 * @returns The response, which is a success.
 * @throws {ApiError} If it is not. After a 401, the user is signed out.
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set("Authorization", `Bearer ${token.value ?? ""}`);
  if (!headers.has("Accept")) headers.set("Accept", "application/json");
  let response: Response;
  try {
    response = await fetch(path, { ...init, headers, credentials: "omit", cache: "no-store" });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError(0, "Panoptes does not answer. Is it running, and is the network up?");
  }
  if (response.ok) return response;
  const { code = "", title = "", detail = "" } = await response.json().catch(() => ({}));
  if (response.status === 401) signOut(whyRefused(code));
  throw new ApiError(response.status, explain(response.status, title, detail));
}

function whyRefused(code: string): string {
  return code === "no_tokens_configured"
    ? "No token is configured, so nothing is readable. Set API_TOKENS, as docs/configuration.md explains."
    : "Panoptes does not accept this token. It may be mistyped, or belong to an earlier start.";
}

function explain(status: number, title: string, detail: string): string {
  if (status === 403) {
    return "Your token may only read. Sign in with a token that has the scope admin.";
  }
  return detail === "" ? title === "" ? `The answer is ${status}` : title : `${title}: ${detail}`;
}

async function read<Value>(path: string, signal?: AbortSignal): Promise<Value> {
  return await (await request(path, signal === undefined ? {} : { signal })).json();
}

async function send<Value>(method: string, path: string, body?: unknown): Promise<Value> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  return await (await request(path, init)).json();
}

/** Every operation that the page uses. */
export const api = {
  /** How current the log is, and what fails. */
  status: (signal?: AbortSignal): Promise<Status> => read("/v1/status", signal),
  /** One page of a feed. */
  page: <Name extends string, Value>(
    path: string,
    query: URLSearchParams,
    signal?: AbortSignal,
  ): Promise<FeedPage<Name, Value>> => read(`${path}?${query}`, signal),
  /** One alert. */
  alert: (id: string): Promise<FeedItem<"alert", Alert>> =>
    read(`/v1/alerts/${encodeURIComponent(id)}`),
  /** Who is handling an alert. */
  alertHistory: (id: string): Promise<AlertHistory> =>
    read(`/v1/alerts/${encodeURIComponent(id)}/state`),
  /** Who has put which alert into which state, after a change or of late. */
  alertStates: (after: number | undefined, signal?: AbortSignal): Promise<AlertStates> =>
    read(`/v1/alert-states${after === undefined ? "" : `?after=${after}`}`, signal),
  /** Puts an alert into a state. */
  changeAlert: (id: string, state: AlertState, note: string): Promise<AlertHistory> =>
    send("PUT", `/v1/alerts/${encodeURIComponent(id)}/state`, { state, note }),
  /** Holds back notifications for a time. */
  silence: (silence: NewSilence): Promise<Silence> => send("POST", "/v1/silences", silence),
  /** Ends a silence. */
  endSilence: (id: string): Promise<Silence> =>
    send("DELETE", `/v1/silences/${encodeURIComponent(id)}`),
  /** The rules in force. */
  rules: (
    signal?: AbortSignal,
  ): Promise<
    RulesState & { rules: readonly RuleSummary[]; disabled: readonly RuleSummary[] }
  > => read("/v1/rules", signal),
  /** The file of a rule; null if it is not there. */
  ruleSource: async (id: string): Promise<string | null> => {
    const path = `/v1/rules/${encodeURIComponent(id)}/source`;
    return (await read<{ source: string | null }>(path)).source;
  },
  /** Messages to webhooks, newest first. */
  deliveries: (
    query: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<{ deliveries: readonly Delivery[]; next: number | null }> =>
    read(`/v1/deliveries?${new URLSearchParams(query)}`, signal),
  /** Sends a message again. */
  redeliver: (id: number): Promise<Delivery> => send("POST", `/v1/deliveries/${id}/redeliver`),
  /** Sends a sample alert to an endpoint. */
  testEndpoint: (name: string): Promise<EndpointTest> =>
    send("POST", `/v1/endpoints/${encodeURIComponent(name)}/test`),
  /** Gives an endpoint a fresh start. */
  resumeEndpoint: (name: string): Promise<unknown> =>
    send("POST", `/v1/endpoints/${encodeURIComponent(name)}/resume`),
};
