import * as v from "valibot";
import { AlertSchema, FoldedAlertsSchema } from "../../alert/alert_schema.ts";
import { isLarger, shortenToFit } from "../../alert/shorten.ts";
import { deepJson, isDeeper } from "../../stream/deep_json.ts";
import { cutText, sizeInBytes } from "./cut_text.ts";
import type { Format, FormatContext, MessageContent } from "./format.ts";
import { messageData } from "./message_data.ts";
import { type PlainMessage, plainMessage } from "./plain_message.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/** The maximum size of a body, in bytes. */
const MAX_BODY_BYTES = 65_536;
/** How large a template may be: its length as JSON, its depth, and its number of placeholders. */
const MAX_TEMPLATE = { length: 16_384, depth: 16, placeholders: 100 };

/** A placeholder in a string: the path of a value in braces. */
const PLACEHOLDER = /\{\{\s*([^{}\s]+)\s*\}\}/g;
/** A string that is one placeholder and nothing else. */
const ONLY_PLACEHOLDER = /^\{\{\s*([^{}\s]+)\s*\}\}$/;

/** What an endpoint with a template of its own says. */
export interface TemplateOptions {
  /** The body: any JSON, with placeholders such as `{{summary}}` in its strings. */
  readonly template: object;
  /** The media type of the body; default `application/json`. */
  readonly contentType: string;
}

/** Further values besides the members of an alert and of a count of repeats. */
const FURTHER = ["type", "timestamp", "link", "heading", "text", "data"];

/**
 * The operator's own JSON with placeholders.
 *
 * The template is JSON and not text, so whatever an event holds stays inside its string. Values are
 * put in once: a placeholder in the text of an event stays text.
 */
export const template: Format<TemplateOptions> = {
  optionsSchema: v.strictObject({
    template: v.pipe(
      v.custom<object>(
        (value) => typeof value === "object" && value !== null,
        "must be an object or a list",
      ),
      v.rawCheck(({ dataset, addIssue }) => {
        const message = dataset.typed ? problemOf(dataset.value) : undefined;
        if (message !== undefined) addIssue({ message });
      }),
    ),
    contentType: v.optional(
      v.pipe(
        v.string("must be a string"),
        v.regex(/^application\/([a-z0-9.-]{1,60}\+)?json$/, "must be a media type of JSON"),
      ),
      "application/json",
    ),
  }, "must be an object with template, and perhaps contentType"),
  signs: "if-secret",
  closes: false,
  // A key may be part of the body that a receiver wants.
  secretsOf: ({ template }) =>
    stringsIn(template).filter((text) => /^\S{16,}$/.test(text) && !text.includes("{{")),
  request: (content, { options: { template, contentType }, linkTo }) => ({
    headers: { "content-type": contentType },
    body: bodyOf(template, valuesOf(content, linkTo)),
  }),
};

/** What is wrong with a template; the depth first, since what follows goes down into it. */
function problemOf(template: object): string | undefined {
  if (isDeeper(template, MAX_TEMPLATE.depth)) {
    return `must have at most ${MAX_TEMPLATE.depth} levels`;
  }
  if (deepJson(template).length > MAX_TEMPLATE.length) {
    return `must be at most ${MAX_TEMPLATE.length} characters of JSON`;
  }
  if (namesIn(template).some((name) => name.includes("{{"))) {
    return "must have placeholders only in its values, not in the names of members";
  }
  if (stringsIn(template).some((text) => text.replace(PLACEHOLDER, "").includes("{{"))) {
    return "must have the path of a value between {{ and }}";
  }
  const placeholders = placeholdersIn(template);
  if (!placeholders.every(isKnown)) {
    return "must have only placeholders that exist, such as {{summary}} and {{events.0.event.user}}";
  }
  return placeholders.length > MAX_TEMPLATE.placeholders
    ? `must have at most ${MAX_TEMPLATE.placeholders} placeholders`
    : undefined;
}

function bodyOf(template: object, values: Readonly<Record<string, unknown>>): string {
  const write = (valueOf: (path: string) => unknown) => wellFormedJson(filled(template, valueOf));
  const whole = write((path) => valueAt(values, path.split(".")));
  if (!isLarger(whole, MAX_BODY_BYTES)) return whole;
  const room = MAX_BODY_BYTES - sizeInBytes(write(() => ""));
  const share = Math.floor(room / placeholdersIn(template).length);
  return write((path) => cutValue(valueAt(values, path.split(".")), share));
}

/** A value of at most a size wherever it stands: as JSON, or as JSON in a string. */
function cutValue(value: unknown, maxBytes: number): unknown {
  const sizeOf = (short: unknown) => sizeInBytes(wellFormedJson(textOf(short)));
  if (sizeOf(value) <= maxBytes) return value;
  return typeof value === "string"
    ? cutText(value.toWellFormed(), maxBytes, { sizeOf })
    : shortenToFit(value, (short) => sizeOf(short) <= maxBytes) ?? "… cut";
}

function valuesOf(
  content: MessageContent,
  linkTo: FormatContext<unknown>["linkTo"],
): Readonly<Record<string, unknown>> {
  const message = plainMessage(content, linkTo);
  return {
    ...messageData(content, linkTo),
    timestamp: new Date(content.at).toISOString(),
    heading: message.heading,
    text: textLines(message),
    data: content.type === "alert.folded" ? content.folded : content.alert,
  };
}

function textLines({ heading, summary, facts, events, advice, link }: PlainMessage): string {
  const labelled = [...facts, ...advice].map(({ label, value }) => `${label}: ${value}`);
  return [heading, summary, ...labelled, ...events, ...(link === undefined ? [] : [link])]
    .join("\n");
}

/** Copies a template with values in place of placeholders. */
function filled(template: unknown, valueOf: (path: string) => unknown): unknown {
  if (typeof template === "string") {
    const only = ONLY_PLACEHOLDER.exec(template)?.[1];
    return only === undefined
      ? template.replace(PLACEHOLDER, (_, path: string) => textOf(valueOf(path)))
      : valueOf(only) ?? null;
  }
  if (Array.isArray(template)) return template.map((member) => filled(member, valueOf));
  if (typeof template !== "object" || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, member]) => [name, filled(member, valueOf)]),
  );
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string" ? value : deepJson(value);
}

function valueAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? valueAt((value as Readonly<Record<string, unknown>>)[name], rest)
    : undefined;
}

/** Whether an alert or a count of repeats can have a value at a path. */
function isKnown(path: string): boolean {
  const names = path.split(".");
  return FURTHER.includes(path) ||
    [AlertSchema, FoldedAlertsSchema].some((schema) => canHave(schema, names));
}

function canHave(schema: object, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined) return true;
  if ("wrapped" in schema) return canHave(schema.wrapped as object, [name, ...rest]);
  if ("item" in schema) return /^\d{1,2}$/.test(name) && canHave(schema.item as object, rest);
  if ("entries" in schema) {
    const entries = schema.entries as Readonly<Record<string, object>>;
    const member = Object.hasOwn(entries, name) ? entries[name] : undefined;
    return member !== undefined && canHave(member, rest);
  }
  // A recorded event can have any shape.
  return "type" in schema && (schema.type === "custom" || schema.type === "unknown");
}

function placeholdersIn(template: unknown): string[] {
  return stringsIn(template).flatMap((text) =>
    Array.from(text.matchAll(PLACEHOLDER), ([_, path = ""]) => path)
  );
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  const names = Array.isArray(value) ? [] : Object.keys(value);
  return [...names, ...Object.values(value).flatMap(namesIn)];
}
