import * as v from "valibot";
import type { Alert, FoldedAlerts } from "../../alert/alert.ts";

/** What a message tells; `at` is in milliseconds since the Unix epoch. */
export type MessageContent =
  /** A new alert, and when it was recorded. */
  | { readonly type: "alert.created"; readonly alert: Alert; readonly at: number }
  /** How many repeats of an alert were folded, and when their window was closed. */
  | { readonly type: "alert.folded"; readonly folded: FoldedAlerts; readonly at: number }
  /** An alert that somebody has closed, and when; only for a format that `closes`. */
  | { readonly type: "alert.closed"; readonly alert: Alert; readonly at: number };

/** The schema of the options of a format that has none. */
export const NO_OPTIONS = v.optional(v.strictObject({}, "must be an object without members"), {});

/** What a format knows besides the content. */
export interface FormatContext<Options> {
  /** The endpoint's `options`, as `optionsSchema` returned them. */
  readonly options: Options;
  /** The address where people read an alert; undefined if nobody has configured one. */
  readonly linkTo: (alertId: string) => string | undefined;
}

/** What is posted, besides the headers that every message has. */
export interface FormattedRequest {
  /** Appended to the path of the endpoint's URL; absent if that is the whole address. */
  readonly path?: string;
  /** Parameters added to the query of the endpoint's URL; default none. */
  readonly query?: Readonly<Record<string, string>>;
  /** Headers in lower case, the Content-Type included. */
  readonly headers: Readonly<Record<string, string>> & { readonly "content-type": string };
  /** The body, within the receiver's limits. */
  readonly body: string;
}

/**
 * How one kind of receiver takes messages: its own file here, and one entry in `formats.ts`. Every
 * text of an event is hostile: what the receiver would interpret has to be escaped.
 *
 * @typeParam Options What an endpoint says for this format only.
 */
export interface Format<Options = unknown> {
  /** The schema of an endpoint's `options`; its messages never quote a value. */
  readonly optionsSchema: v.GenericSchema<unknown, Options>;
  /** Whether messages carry the headers of Standard Webhooks, for which a secret is needed. */
  readonly signs: "always" | "if-secret" | "never";
  /** Whether the receiver is told that an alert has been closed. */
  readonly closes: boolean;
  /** The options that nobody may see, such as a key; default none. */
  secretsOf?(options: Options): readonly string[];
  /**
   * The header in which requests carry a key, in lower case, and the option that holds the key;
   * default none. An endpoint must not have the same header in its `headers`.
   */
  readonly keyHeader?: { readonly name: string; readonly option: string };
  /**
   * Makes the request; the same arguments always give the same request.
   *
   * @param content What to tell.
   * @param context What the endpoint is configured with.
   */
  request(content: MessageContent, context: FormatContext<Options>): FormattedRequest;
  /**
   * What a 2xx answer says against the message, for receivers that refuse with such a status.
   *
   * @param answer The start of the answer's body, at most 4 KiB.
   * @returns Undefined if the message was accepted; otherwise what the refusal means, as for a
   *   status of its own.
   */
  refusal?(answer: string): "retry" | "throttle" | "permanent" | undefined;
}
