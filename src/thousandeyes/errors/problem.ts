import { oneLine } from "../../stream/plain_text.ts";

/**
 * What an error response of the API says, whatever its shape. Its text is the API's, cut and made
 * safe to log.
 */
export interface Problem {
  /** The kind of problem: a URI. */
  type?: string;
  /** A summary: `title`, `error`, `errorMessage`, the first of `errors`, or the plain text. */
  title: string;
  /** More about this occurrence: `detail` or `error_description`. */
  detail?: string;
  /** Where it occurred. */
  instance?: string;
  /** The invalid fields. */
  errors?: ProblemField[];
}

/** One field that the API rejects. */
export interface ProblemField {
  /** The API's code, such as `AM-5432`. */
  code?: string;
  /** The name of the field. */
  field?: string;
  /** What is wrong with it. */
  message: string;
}

/** The maximum number of `errors` that are kept. */
const MAX_FIELDS = 20;

/**
 * Reads the body of an error response in any shape that the API is known to use: a problem
 * document, the OAuth `error`, `errorMessage`, `errors` of strings or objects, plain text, HTML, or
 * nothing.
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
 * @param body The whole body.
 * @returns What it says, with long strings cut; `undefined` if it says nothing.
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
  return errors.slice(0, MAX_FIELDS).flatMap((entry: unknown): ProblemField[] => {
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

/** The string comes from outside and ends up in messages. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? oneLine(value) || undefined : undefined;
}
