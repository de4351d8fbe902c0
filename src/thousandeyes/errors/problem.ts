import { oneLine } from "../../stream/plain_text.ts";

/** What an error answer of the API said, in whatever shape it said it. Text in it is the API's, not ours. */
export interface Problem {
  /** The kind of problem, a URI. */
  type?: string;
  /** One line: `title`, `error`, `errorMessage`, the first of `errors`, or the plain text. */
  title: string;
  /** More about this occurrence: `detail` or `error_description`. */
  detail?: string;
  /** Where it occurred. */
  instance?: string;
  /** What is wrong with which field. */
  errors?: ProblemField[];
}

/** One field that the API found fault with. */
export interface ProblemField {
  /** The API's code, such as `AM-5432`. */
  code?: string;
  /** The field. */
  field?: string;
  /** What is wrong with it. */
  message: string;
}

/** The most entries kept of `errors`. */
const MOST_FIELDS = 20;

/**
 * Reads the body of an error answer in any of the shapes that the API has shown: a problem document, the
 * OAuth `error`, `errorMessage`, `errors` of strings or objects, plain text, HTML, or nothing.
 *
 * @see {@link https://developer.cisco.com/docs/thousandeyes/errors-and-troubleshooting/}
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { parseProblem } from "./problem.ts";
 *
 * assertEquals(
 *   parseProblem('{"error":"invalid_token","error_description":"Invalid access token"}'),
 *   { title: "invalid_token", detail: "Invalid access token" },
 * );
 * assertEquals(parseProblem(""), undefined);
 * ```
 *
 * @param body The body as text.
 * @returns What it says, long texts cut; `undefined` if it says nothing.
 */
export function parseProblem(body: string): Problem | undefined {
  const members = parseObject(body);
  if (members === undefined) {
    const title = textOf(/<title>([^<]{1,300})/i.exec(body)?.[1] ?? body);
    return title === undefined ? undefined : { title };
  }
  const errors = fieldsOf(members.errors);
  const title = textOf(members.title) ?? textOf(members.error) ?? textOf(members.errorMessage) ??
    textOf(members.httpStatus) ?? errors[0]?.message ?? textOf(members.detail);
  if (title === undefined) return undefined;
  const type = textOf(members.type);
  const detail = textOf(members.detail) ?? textOf(members.error_description);
  const instance = textOf(members.instance) ?? textOf(members.path);
  return {
    ...(type !== undefined && { type }),
    title,
    ...(detail !== undefined && { detail }),
    ...(instance !== undefined && { instance }),
    ...(errors.length > 0 && { errors }),
  };
}

function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function fieldsOf(errors: unknown): ProblemField[] {
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, MOST_FIELDS).flatMap((entry: unknown): ProblemField[] => {
    if (typeof entry !== "object" || entry === null) {
      const message = textOf(entry);
      return message === undefined ? [] : [{ message }];
    }
    const members: Record<string, unknown> = { ...entry };
    const code = textOf(members.code);
    const field = textOf(members.field);
    const message = textOf(members.message) ?? code;
    return message === undefined ? [] : [{
      ...(code !== undefined && { code }),
      ...(field !== undefined && { field }),
      message,
    }];
  });
}

/** The text is the far end's, and lands in messages. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? oneLine(value) || undefined : undefined;
}
