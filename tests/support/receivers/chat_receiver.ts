import type * as v from "valibot";
import { type HttpReceiver, json, parseStrictly } from "./http_receiver.ts";

/** A product that people read messages in, as strict as its documentation. */
export interface ChatReceiver {
  /** Where it listens, with a made-up key. */
  readonly path: string;
  /** The bodies that it accepts, limits included. */
  readonly schema: v.GenericSchema;
  /** Answers as the product does. */
  readonly receiver: HttpReceiver;
  /** Bodies that it must refuse, with the status and words of the refusal. */
  readonly refuses: readonly {
    readonly why: string;
    readonly body: unknown;
    readonly status: number;
    readonly says: string;
  }[];
  /** What the product would act on in a body: mentions, links and markup, in order. */
  readonly interprets: (body: unknown) => readonly string[];
}

/** What is answered; an object is sent as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: string | Readonly<Record<string, unknown>>;
}

/** A receiver of JSON; `body` is undefined if it is none, or is not declared as such. */
export function answering(
  answer: (body: unknown, request: Request) => Answer,
): HttpReceiver {
  return async (request) => {
    const isJson = /^application\/json(;|$)/.test(request.headers.get("content-type") ?? "");
    const text = await request.text();
    const { status, body } = answer(isJson ? parseStrictly(text) : undefined, request);
    return typeof body === "object" ? json(status, body) : new Response(body ?? null, { status });
  };
}

/** All strings of a JSON value at members of one name. */
export function stringsAt(value: unknown, name: string): string[] {
  if (Array.isArray(value)) return value.flatMap((member) => stringsAt(member, name));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === name && typeof member === "string" ? [member] : stringsAt(member, name)
  );
}

const utf8 = new TextEncoder();

/** The size of a JSON value in UTF-8. */
export function jsonBytes(value: unknown): number {
  return utf8.encode(JSON.stringify(value)).length;
}
