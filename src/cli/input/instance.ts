import { type ClientResponse, hc } from "hono/client";
import type { PanoptesApi } from "../../http/panoptes_api.ts";
import { systemClock } from "../../stream/clock.ts";
import { isLoopback } from "../../stream/fetch.ts";
import { oneLine } from "../../stream/plain_text.ts";
import { readBytes } from "../../stream/read_bytes.ts";
import { retryAfterMs } from "../../stream/retry_after.ts";
import { withDeadline } from "../../stream/with_deadline.ts";
import { SourceError, UsageError } from "../exit_code.ts";

/** Where Panoptes runs, and how it is asked. */
export interface InstanceOptions {
  /** Its address. */
  readonly url: string;
  /** The name of the source, where there are several; default the only one. */
  readonly source?: string | undefined;
  /** A file with the token; default the one in PANOPTES_TOKEN. */
  readonly tokenFile?: string | undefined;
}

/** What an operation answers when it succeeds; a refusal throws. */
type Success<Answer> = Answer extends ClientResponse<infer Value, infer Status, "json">
  ? Status extends 200 | 201 | 202 ? Value : never
  : never;

/** How long an answer may take: one request may send a message and wait for its answer. */
const TIMEOUT_MS = 60_000;

/** What a proxy, a page to sign in at or another program has sent. */
const FOREIGN = "the answer is not from Panoptes";
/** The largest answer that is read for the reason of a refusal, in bytes. */
const MAX_PROBLEM_BYTES = 1024 * 1024;

/** A running Panoptes that refuses what it is asked: its problem document says why. */
export class RefusedError extends SourceError {
  /** The HTTP status. */
  readonly status: number;
  /** Which problem it is; undefined if something else than Panoptes has answered. */
  readonly code: string | undefined;
  /** How long the answer asks to wait, in milliseconds; undefined if it does not. */
  readonly retryAfterMs: number | undefined;

  /**
   * @param message What cannot be done, and why.
   * @param facts The answer.
   */
  constructor(
    message: string,
    { status, code, retryAfterMs }: {
      status: number;
      code: string | undefined;
      retryAfterMs?: number | undefined;
    },
  ) {
    super(message, { mayPass: status >= 500 || status === 429 });
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A running Panoptes, as a command asks it for its task. */
export class Instance {
  /** Where it is. */
  readonly origin: string;
  /** Its operations, typed by the routes of the server. */
  readonly v1: ReturnType<typeof hc<PanoptesApi>>["v1"];
  readonly #url: string;
  readonly #source: string | undefined;
  readonly #token: string;
  readonly #task: string;

  private constructor({ url, source }: InstanceOptions, token: string, task: string) {
    this.#url = url;
    this.origin = new URL(url).origin;
    this.#source = source;
    this.#token = token;
    this.#task = task;
    this.v1 = hc<PanoptesApi>(url, {
      fetch: (url: string | URL | Request, init?: RequestInit) => this.request(String(url), init),
    }).v1;
  }

  /**
   * Prepares for requests with the token in PANOPTES_TOKEN or in a file: the command line is no
   * place for it, since every process of the machine can read that.
   *
   * @param options Where it runs; for a command that can do without it, maybe nowhere.
   * @param task What is to be done, in the words of errors: "Cannot <task>".
   * @param settings The scope that the token needs.
   * @throws {UsageError} If the address or the token is missing or unusable.
   */
  static async open(
    { url, source, tokenFile }: Partial<InstanceOptions>,
    task: string,
    { scope = "admin" }: { scope?: string } = {},
  ): Promise<Instance> {
    if (url === undefined) {
      throw new UsageError(`Cannot ${task}: name the Panoptes with --url or PANOPTES_URL`);
    }
    if (!isTrusted(URL.parse(url))) {
      throw new UsageError(
        `Invalid --url '${url}': write the address of Panoptes, with https, or http on loopback`,
      );
    }
    return new Instance({ url, source }, await tokenFrom(tokenFile, task, scope), task);
  }

  /**
   * Sends a request.
   *
   * @param path The path, with the query.
   * @param init What else to send. The answer may take a minute; with a `signal`, this is how long
   * it may take to begin, and the signal itself ends no answer that has begun.
   * @returns The answer, which is a success, in the form that the header `Accept` of `init` names.
   * @throws {RefusedError} If it is not.
   * @throws {SourceError} If there is none, also on abort.
   */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(path, this.#url);
    if (this.#source !== undefined) url.searchParams.set("source", this.#source);
    const headers = new Headers(init.headers);
    headers.set("Authorization", `Bearer ${this.#token}`);
    const form = headers.get("Accept");
    if (form === null) headers.set("Accept", "application/json");
    if (typeof init.body === "string") headers.set("Content-Type", "application/json");
    const send = (signal: AbortSignal) =>
      // The token goes to this address only.
      fetch(url, { ...init, headers, redirect: "error", signal });
    const { signal } = init;
    // A caller with a signal reads for as long as it likes.
    const answer = signal === undefined || signal === null
      ? send(AbortSignal.timeout(TIMEOUT_MS))
      : withDeadline(TIMEOUT_MS, send, { clock: systemClock, signal });
    const response = await answer.catch((cause) => {
      throw this.failure(cause);
    });
    if (!response.ok) throw await this.#refusal(response);
    if (form === null || response.headers.get("Content-Type")?.startsWith(form)) return response;
    await response.body?.cancel();
    throw new RefusedError(`Cannot ${this.#task} at ${this.origin}: ${FOREIGN}`, {
      status: response.status,
      code: undefined,
    });
  }

  /**
   * Reads what an operation of `v1` answers.
   *
   * @typeParam Answer The answers that it may have.
   * @param answer The answer.
   * @returns The JSON of a success.
   * @throws {SourceError} If it is refused, or there is no answer.
   */
  async read<Answer extends ClientResponse<unknown>>(
    answer: Promise<Answer>,
  ): Promise<Success<Answer>> {
    return await this.#json(await answer) as Success<Answer>;
  }

  /**
   * Sends a request that `v1` has no types for, and reads what it answers.
   *
   * @typeParam Value What a success answers.
   * @param path The path, with the query.
   * @param init What else to send.
   * @returns The JSON of a success.
   * @throws {SourceError} If it is refused, or there is no answer.
   */
  async json<Value>(path: string, init: RequestInit = {}): Promise<Value> {
    return await this.#json(await this.request(path, init)) as Value;
  }

  /**
   * An error that says what could not be done here, and why.
   *
   * @param cause Why.
   * @param facts Whether another attempt may succeed; by default it may.
   */
  failure(cause: unknown, { mayPass = true }: { mayPass?: boolean } = {}): SourceError {
    if (cause instanceof SourceError) return cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SourceError(`Cannot ${this.#task} at ${this.origin}: ${oneLine(reason)}`, {
      cause,
      mayPass,
    });
  }

  /** What answers may be another service, or may not answer to the end. */
  async #json(response: { json(): Promise<unknown> }): Promise<unknown> {
    try {
      return await response.json();
    } catch (cause) {
      throw this.failure(cause);
    }
  }

  async #refusal(response: Response): Promise<RefusedError> {
    const { status } = response;
    const { title, detail, problems, code } = await readBytes(response.body, MAX_PROBLEM_BYTES)
      .then((bytes) => JSON.parse(new TextDecoder().decode(bytes)) ?? {})
      .catch(() => ({}));
    const facts = [title, detail, ...Array.isArray(problems) ? problems : []]
      .filter((fact) => typeof fact === "string").map(oneLine);
    const why = facts.length === 0 ? FOREIGN : facts.join("; ");
    return new RefusedError(`Cannot ${this.#task}: the log answers ${status}: ${why}`, {
      status,
      code: typeof code === "string" ? code : undefined,
      retryAfterMs: retryAfterMs(response.headers.get("Retry-After"), Date.now()),
    });
  }
}

/**
 * A parameter of a path: the typed client does not encode what it puts there.
 *
 * @param value The value.
 */
export function inPath(value: string): string {
  return encodeURIComponent(value);
}

function isTrusted(url: URL | null): boolean {
  return url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url.hostname));
}

async function tokenFrom(
  file: string | undefined,
  task: string,
  scope: string,
): Promise<string> {
  const text = file === undefined
    ? Deno.env.get("PANOPTES_TOKEN")
    : await Deno.readTextFile(file).catch((cause) => {
      throw new UsageError(`Cannot read the token from '${file}': ${cause.message}`);
    });
  const token = text?.trim();
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  const place = file === undefined ? "PANOPTES_TOKEN must be set to" : `'${file}' must contain`;
  throw new UsageError(`Cannot ${task}: ${place} a token with the scope ${scope}`);
}
