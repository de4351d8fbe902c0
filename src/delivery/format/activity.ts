import { fieldTexts } from "../../alert/field_texts.ts";

/** What an event was about, as far as its text tells. */
export interface Activity {
  /** What was acted on: a session, a user with roles, a token of the API, or anything else. */
  readonly about: "session" | "user" | "token" | "entity";
  /** What was done; undefined if the text does not say. */
  readonly action: "create" | "read" | "update" | "delete" | "begin" | "end" | undefined;
  /** Whether it failed. */
  readonly failed: boolean;
}

type Pattern<Value> = readonly [RegExp, Value];

/** The first that matches counts. */
const ABOUT: readonly Pattern<Activity["about"]>[] = [
  [/\b(log|sign)(ged)?[ -]?(in|on|out|off)\b|\blog(in|out|on|off)s?\b/, "session"],
  [/\btokens?\b/, "token"],
  [/\b(users?|roles?|permissions?|passwords?|mfa|2fa|administrators?)\b/, "user"],
];

const ACTIONS: readonly Pattern<Activity["action"]>[] = [
  [/\b(delet|remov|revok|unassign)/, "delete"],
  [/\b(creat|add|generat|issu|invit)/, "create"],
  [/\b(view|read|export|download|list)/, "read"],
  [
    /\b(updat|chang|modif|edit|renam|assign|grant|enabl|disabl|shar|publish|made|lock|unlock|reset)/,
    "update",
  ],
];

/**
 * Tells what kind of activity an event is. The API publishes no list of events, so this goes by the
 * words of the text.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { activityOf } from "./activity.ts";
 *
 * assertEquals(activityOf({ event: "Login failed." }), {
 *   about: "session",
 *   action: "begin",
 *   failed: true,
 * });
 * assertEquals(activityOf({ event: "Test deleted." }), {
 *   about: "entity",
 *   action: "delete",
 *   failed: false,
 * });
 * ```
 *
 * @param fields The fields of the event, as rules see them.
 * @returns What the text tells.
 */
export function activityOf(fields: Readonly<Record<string, unknown>>): Activity {
  const text = (fieldTexts(fields, "event")[0] ?? "").slice(0, 1_000).toLowerCase();
  const about = firstOf(ABOUT, text) ?? "entity";
  const isEnd = /(out|off)\b/.test(text);
  return {
    about,
    action: about === "session" ? isEnd ? "end" : "begin" : firstOf(ACTIONS, text),
    failed: /\b(fail|denied|invalid|reject|unsuccess)/.test(text),
  };
}

function firstOf<Value>(patterns: readonly Pattern<Value>[], text: string): Value | undefined {
  return patterns.find(([pattern]) => pattern.test(text))?.[1];
}
